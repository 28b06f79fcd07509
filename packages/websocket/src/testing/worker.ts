import { parentPort, workerData } from "node:worker_threads";
import { createWebSocketTransport } from "../index.ts";

/** A thread that dials, opens a stream, writes a little and stays. */
const { url, subprotocols } = workerData as { url: string; subprotocols: string[] };

const silent = {
  onStopped() {},
  onPressure() {},
  onDrained() {},
  onOverflow() {},
  onDelivered() {},
  onUni: () => silent,
  onBidi: () => silent,
  onDatagram() {},
  onData() {},
  onFin() {},
  onReset() {},
  onClosed() {},
};

createWebSocketTransport().dial(
  url,
  { protocols: [], subprotocols },
  {
    onConnection(connection) {
      connection.openUni(0, silent).write(Uint8Array.of(1, 2, 3));
      parentPort?.postMessage("running");
      return silent;
    },
    onFailed(reason) {
      throw new Error(reason);
    },
  },
);
