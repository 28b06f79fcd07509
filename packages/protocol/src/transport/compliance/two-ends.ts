import { type MemoryNetwork, type MemoryNetworkOptions, memoryNetwork } from "../memory/network.ts";
import { VirtualClock } from "../memory/virtual-clock.ts";
import { Side } from "./pair.ts";
import { ConnectionRecord } from "./recording.ts";
import { Signal } from "./signal.ts";

export const CLIENT = "client.test:50000";
export const SERVER = "relay.test:4443";

/** A connection under a virtual clock, recorded at both ends: for tests. */
export interface TwoEnds {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly signal: Signal;
  readonly client: Side;
  readonly server: Side;
  /** Dials once more. */
  connect(): { readonly client: Side; readonly server: Side };
}

/** A network with a clock that stands still at 0, and nobody in it. */
export function emptyNetwork(options: Partial<MemoryNetworkOptions>): { clock: VirtualClock; network: MemoryNetwork } {
  const clock = new VirtualClock();
  const network = memoryNetwork({
    now: () => clock.now(),
    schedule: (delay, run) => clock.schedule(delay, run),
    ...options,
  });
  return { clock, network };
}

/** A network with one connection from `CLIENT` to `SERVER`, a second after its start. */
export function twoEnds(options: Partial<MemoryNetworkOptions> = {}): TwoEnds {
  const { clock, network } = emptyNetwork(options);
  const signal = new Signal();
  const servers: Side[] = [];
  const clients: Side[] = [];
  network.listen(SERVER, (request) => {
    request.accept("", (connection) => {
      const side = new Side(connection, new ConnectionRecord(signal));
      servers.push(side);
      return side.record;
    });
  });
  const connect = () => {
    const before = clients.length;
    network.dial(
      SERVER,
      { from: CLIENT },
      {
        onConnection: (connection) => {
          const side = new Side(connection, new ConnectionRecord(signal));
          clients.push(side);
          return side.record;
        },
        onFailed: (reason) => signal.violation(`the dial failed: ${reason}`),
      },
    );
    clock.advance(1_000);
    const client = clients[before];
    const server = servers.at(-1);
    if (!client || !server) throw new Error("no connection within a second");
    return { client, server };
  };
  return { clock, network, signal, ...connect(), connect };
}
