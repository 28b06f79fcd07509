import type { Clock, Random } from "../model/index.ts";
import { type ConnectionRequest, type MemoryNetwork, memoryNetwork, VirtualClock } from "../transport/index.ts";
import type { CarrierLimits } from "../transport/transport.ts";
import { HandmadePeer } from "./handmade-peer.ts";

/** Where the relay of a test listens. */
export const RELAY = "relay.test:4443";

/** Wall time when a world begins. */
const EPOCH = 1_700_000_000_000;

export interface WorldOptions {
  /** Milliseconds one way; 0 if not given. */
  readonly delay?: number;
  /** Bytes per millisecond of each connection. */
  readonly rate?: number;
  readonly limits?: Partial<CarrierLimits>;
  /** Bytes; 0 for a binding without datagrams. */
  readonly maxDatagramSize?: number;
  readonly seed?: number;
}

/** A network in memory under a virtual clock: the same calls give the same run. */
export class World {
  readonly time: VirtualClock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly clock: Clock;
  readonly random: Random;

  constructor({ delay = 0, rate, limits, maxDatagramSize, seed = 1 }: WorldOptions = {}) {
    const { time } = this;
    this.network = memoryNetwork({
      now: () => time.now(),
      schedule: (after, run) => time.schedule(after, run),
      delay,
      ...(rate === undefined ? {} : { rate }),
      ...(limits === undefined ? {} : { limits }),
      ...(maxDatagramSize === undefined ? {} : { maxDatagramSize }),
    });
    this.clock = {
      now: () => time.now(),
      wall: () => EPOCH + Math.floor(time.now()),
      after: (wait, run) => {
        let cancelled = false;
        time.schedule(wait, () => cancelled || run());
        return { cancel: () => (cancelled = true) };
      },
    };
    this.random = seeded(seed);
  }

  /** Lets everything happen that is due now. */
  settle(): void {
    this.time.advance(0);
  }

  /** Lets `milliseconds` pass. */
  pass(milliseconds: number): void {
    this.time.advance(milliseconds);
  }

  /** Takes whoever comes to `address`. */
  listen(onRequest: (request: ConnectionRequest) => void, address: string = RELAY): void {
    this.network.listen(address, onRequest);
  }

  /** Dials the relay as a client whose every byte the test writes; `protocols` are on offer. */
  dial(protocols: readonly string[], options: { from?: string; path?: string; to?: string } = {}): HandmadePeer {
    const { to = RELAY, ...rest } = options;
    let peer: HandmadePeer | undefined;
    let failed = "no answer";
    this.network.dial(
      to,
      { protocols, ...rest },
      {
        onConnection: (connection) => {
          peer = new HandmadePeer(connection);
          return peer;
        },
        onFailed: (reason) => {
          failed = reason;
        },
      },
    );
    for (let waited = 0; !peer && waited < 6_000; waited += 10) this.pass(waited === 0 ? 0 : 10);
    if (!peer) throw new Error(`the dial failed: ${failed}`);
    this.settle();
    return peer;
  }
}

/** A small generator (mulberry32): good enough to spread identities, and the same on every machine. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, id: () => BigInt(Math.floor(next() * 2 ** 52)) + 1n };
}
