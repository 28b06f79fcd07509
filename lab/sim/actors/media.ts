import type { FrameFormat, SubscribeRequest, Subscriber } from "@moq-relay/protocol/session";
import { encodeFrameHeader, Writer } from "@moq-relay/protocol/wire";
import { encodeNumbered } from "./frame.ts";

/** What a publisher produces. */
export interface MediaShape {
  /** Milliseconds between frames. */
  readonly interval: number;
  /** Frames of a group; Infinity for a track of one group, as a catalog is. */
  readonly frames: number;
  /** Milliseconds that a frame takes from its first byte to its last; 0: it is written at once. */
  readonly dribble: number;
}

/** One group as its publisher keeps it. */
export interface MadeGroup {
  readonly sequence: number;
  /** Virtual time at which each frame was complete. */
  readonly at: number[];
  readonly timestamps: number[];
  readonly payloads: Uint8Array[];
  finished: boolean;
}

/** Groups that a publisher can still send. */
const KEPT = 8;

/** The groups of one instance of a track. */
export class Media {
  readonly instance: number;
  readonly groups: Map<number, MadeGroup> = new Map();
  #latest: MadeGroup;

  constructor(instance: number, first: number) {
    this.instance = instance;
    this.#latest = this.#begin(first);
  }

  get latest(): MadeGroup {
    return this.#latest;
  }

  /** The next frame, which belongs to the latest group. */
  make(now: number): { payload: Uint8Array; timestamp: number } {
    const { sequence, payloads } = this.#latest;
    const payload = encodeNumbered({ instance: this.instance, group: sequence, index: payloads.length });
    return { payload, timestamp: Math.floor(now) };
  }

  keep(payload: Uint8Array, timestamp: number, now: number): void {
    this.#latest.payloads.push(payload);
    this.#latest.timestamps.push(timestamp);
    this.#latest.at.push(now);
  }

  /** Ends the latest group and begins the next one. */
  turn(): MadeGroup {
    this.#latest.finished = true;
    this.#latest = this.#begin(this.#latest.sequence + 1);
    return this.#latest;
  }

  /** The groups that a new subscription gets, in order. */
  wanted({ backlog, startGroup, maxAge }: SubscribeRequest, now: number): MadeGroup[] {
    const kept = [...this.groups.values()].slice(-KEPT);
    if (backlog === "latest") return [this.#latest].filter(({ sequence }) => sequence >= startGroup);
    return kept.filter((group) => {
      const ended = group.finished ? (group.at.at(-1) ?? 0) : now;
      const fresh = backlog === "all" || group === this.#latest || now - ended <= maxAge;
      return fresh && group.sequence >= startGroup;
    });
  }

  #begin(sequence: number): MadeGroup {
    const group = { sequence, at: [], timestamps: [], payloads: [], finished: false };
    this.groups.set(sequence, group);
    return group;
  }
}

/** A frame as it stands in a group stream; `before` is the timestamp of the frame before it on this stream. */
export function frameBytes(payload: Uint8Array, timestamp: number, before: number, format: FrameFormat): Uint8Array {
  const writer = new Writer(payload.length + 16);
  encodeFrameHeader(writer, { delta: timestamp - before, length: payload.length }, format);
  writer.raw(payload);
  return writer.copy();
}

export type { Subscriber };
