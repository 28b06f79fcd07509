import {
  createNativeEngine,
  EVENT_FIELDS,
  EventKind,
  type NativeEngine,
  type NativeEngineOptions,
} from "../src/native.ts";
import type { Chance } from "./chance.ts";

/** Low, so that every one of them is met. */
const LIMITS: NativeEngineOptions = {
  threads: 2,
  highMark: 64 << 10,
  lowMark: 8 << 10,
  maxStreamQueue: 256 << 10,
  maxConnectionQueue: 1 << 20,
  maxConnectionReceive: 256 << 10,
  maxReceive: 1 << 20,
  maxWaitingStreams: 100,
  maxUniStreams: 300,
  maxBidiStreams: 300,
};

/** Handles of each kind that are remembered, live or stale. */
const REMEMBERED = 1_000;

const KINDS: ReadonlySet<number> = new Set(Object.values(EventKind));

/** What a handle may name. */
export type HandleKind = "endpoints" | "connections" | "sends" | "recvs";

/** A native engine under test, and all handles that it has given out lately. */
export class Subject {
  readonly native: NativeEngine;
  readonly handles: Readonly<Record<HandleKind, number[]>> = { endpoints: [], connections: [], sends: [], recvs: [] };
  /** Connections and requests that have not ended, as far as the engine has told. */
  readonly live: Set<number> = new Set();
  readonly requests: number[] = [];
  closed = false;
  events = 0;
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.native = createNativeEngine(LIMITS, () => this.drain());
  }

  remember(kind: HandleKind, handle: number): void {
    if (handle === 0) return;
    const known = this.handles[kind];
    known[known.length < REMEMBERED ? known.length : this.#chance.below(REMEMBERED)] = handle;
    if (kind === "connections") this.live.add(handle);
  }

  /** Takes what has happened, into an array of any size. */
  drain(): void {
    const events = this.#chance.oneIn(10) ? this.#chance.below(4) : 512;
    const meta = new Uint32Array(1 + events * EVENT_FIELDS + this.#chance.below(3));
    const bytes = this.native.drain(meta) ?? new Uint8Array();
    const count = meta[0] as number;
    if (count > events) throw new Error(`${count} events in an array for ${events}`);
    for (let at = 1; at < 1 + count * EVENT_FIELDS; at += EVENT_FIELDS) {
      const [kind = 0, handle = 0, a = 0, b = 0, offset = 0, length = 0] = meta.subarray(at, at + EVENT_FIELDS);
      if (!KINDS.has(kind)) throw new Error(`an event of unknown kind ${kind}`);
      if (offset + length > bytes.length)
        throw new Error(`an event's bytes end at ${offset + length} of ${bytes.length}`);
      this.#note(kind, handle, a, b);
    }
    this.events += count;
  }

  #note(kind: number, handle: number, a: number, b: number): void {
    if (kind === EventKind.request) {
      this.remember("connections", handle);
      this.requests.push(handle);
    } else if (kind === EventKind.uni) this.remember("recvs", a);
    else if (kind === EventKind.bidi) {
      this.remember("recvs", a);
      this.remember("sends", b);
    } else if (kind === EventKind.closed || kind === EventKind.failed) this.live.delete(handle);
  }
}
