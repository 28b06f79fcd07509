import { type HopId, NO_HOP, STREAM_CODE } from "@moq-relay/protocol/model";
import type { FrameFormat, Subscriber } from "@moq-relay/protocol/session";
import type { Carrier, Handle, SendEvents } from "@moq-relay/protocol/transport";
import type { PulledGroup } from "./pulled-group.ts";

/** What somebody who pulls hears of a subscription. */
export interface PullEvents {
  /** No group below this one will come. */
  onStarted(group: number): void;
  /** A group begins: whether it is wanted. */
  wants(sequence: number): boolean;
  /** The stream of a wanted group. */
  onGroup(stream: Handle, events: SendEvents): PulledGroup;
  /** The track is over, or the subscription was refused or broken off. */
  onOver(): void;
}

/** A subscriber without a peer, which takes groups at its own pace: to the hub a connection like any other. */
export class PullSubscriber implements Subscriber {
  readonly format: FrameFormat = "plain";
  readonly peerHop: HopId = NO_HOP;
  readonly connection: { carrier: Carrier; handle: Handle };
  readonly #carrier: PullCarrier;
  readonly #events: PullEvents;

  constructor(events: PullEvents) {
    this.#events = events;
    this.#carrier = new PullCarrier(events);
    this.connection = { carrier: this.#carrier, handle: 1 };
  }

  groupHeader(sequence: number): Uint8Array {
    this.#carrier.wanted = this.#events.wants(sequence);
    return NOTHING;
  }

  accepted(): void {}

  started(group: number): void {
    this.#events.onStarted(group);
  }

  ended(): void {}
  dropped(): void {}

  finish(): void {
    this.#events.onOver();
  }

  fail(): void {
    this.#events.onOver();
  }
}

class PullCarrier implements Carrier {
  /** Whether the stream that is opened next is wanted. */
  wanted = false;
  readonly #events: PullEvents;
  readonly #groups = new Map<Handle, PulledGroup>();
  #count = 0;

  constructor(events: PullEvents) {
    this.#events = events;
  }

  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    _ends: Uint32Array,
    _priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void {
    if (connections.length === 0) return;
    this.#count += 1;
    const handle = this.#count;
    out[0] = handle;
    if (!this.wanted) return queueMicrotask(() => events.onStopped(handle, STREAM_CODE.cancel));
    const group = this.#events.onGroup(handle, events);
    this.#groups.set(handle, group);
    if (headers.length > 0) group.write(headers);
  }

  write(streams: Uint32Array, bytes: Uint8Array): void {
    for (const handle of streams) this.#groups.get(handle)?.write(bytes);
  }

  finish(streams: Uint32Array): void {
    for (const handle of [...streams]) this.#take(handle)?.finish();
  }

  reset(streams: Uint32Array): void {
    for (const handle of [...streams]) this.#take(handle)?.reset();
  }

  setPriority(): void {}

  queued(handle: Handle): number {
    return this.#groups.get(handle)?.queued ?? 0;
  }

  #take(handle: Handle): PulledGroup | undefined {
    const group = this.#groups.get(handle);
    this.#groups.delete(handle);
    return group;
  }
}

const NOTHING = new Uint8Array(0);
