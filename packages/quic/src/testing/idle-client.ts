import { workerData } from "node:worker_threads";
import { dial, Engine } from "../index.ts";

const { target, ca, protocol } = workerData as { target: string; ca: string; protocol: string };
const nothing = () => {};

dial(
  target,
  { protocols: [protocol], ca, engine: new Engine() },
  {
    onConnection: (connection) => {
      const events = {
        onStopped: nothing,
        onPressure: nothing,
        onDrained: nothing,
        onOverflow: nothing,
        onDelivered: nothing,
      };
      connection.openUni(0, events).write(Uint8Array.of(1, 2, 3));
      return {
        onUni: () => ({ onData: nothing, onFin: nothing, onReset: nothing }),
        onBidi: () => ({ onData: nothing, onFin: nothing, onReset: nothing, ...events }),
        onDatagram: nothing,
        onClosed: nothing,
      };
    },
    onFailed: (reason) => {
      throw new Error(reason);
    },
  },
);
