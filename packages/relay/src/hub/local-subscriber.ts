import { type HopId, NO_HOP } from "@moq-relay/protocol/model";
import type { FrameFormat, Subscriber, TrackInfo } from "@moq-relay/protocol/session";
import type { Carrier, Handle, SendEvents } from "@moq-relay/protocol/transport";

/** What a reader inside this process hears. */
export interface LocalEvents {
  /** No group below this one will come. */
  onStarted(group: number): void;
  onGroup(sequence: number, frameStart: number): LocalGroup;
  /** The track is over. */
  onFinish(): void;
  /** Refused or broken off. */
  onFail(code: number): void;
}

/** One group, in the frame format that was asked for. The bytes belong to the hub: copy what is to be kept. */
export interface LocalGroup {
  onData(bytes: Uint8Array): void;
  onFin(): void;
  onReset(code: number): void;
}

/**
 * A subscriber without a peer: the HTTP fetch, an embedding program. It stands in for a connection, so that the hub needs
 * one way only to deliver groups.
 */
export class LocalSubscriber implements Subscriber {
  readonly format: FrameFormat;
  readonly peerHop: HopId = NO_HOP;
  readonly connection: { carrier: Carrier; handle: Handle } = { carrier: new LocalCarrier(), handle: 1 };
  readonly #events: LocalEvents;

  constructor(format: FrameFormat, events: LocalEvents) {
    this.format = format;
    this.#events = events;
  }

  groupHeader(sequence: number, frameStart: number): Uint8Array {
    const carrier = this.connection.carrier as LocalCarrier;
    carrier.next = this.#events.onGroup(sequence, frameStart);
    return NOTHING;
  }

  accepted(_: TrackInfo): void {}

  started(group: number): void {
    this.#events.onStarted(group);
  }

  ended(): void {}
  dropped(): void {}

  finish(): void {
    this.#events.onFinish();
  }

  fail(code: number): void {
    this.#events.onFail(code);
  }
}

/** Hands the streams' bytes to their receivers in the same call. */
class LocalCarrier implements Carrier {
  /** Who hears the stream that is opened next. */
  next: LocalGroup | undefined;
  readonly #groups = new Map<Handle, { group: LocalGroup; events: SendEvents }>();
  #count = 0;

  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    _ends: Uint32Array,
    _priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void {
    if (!this.next || connections.length === 0) return;
    this.#count += 1;
    this.#groups.set(this.#count, { group: this.next, events });
    out[0] = this.#count;
    if (headers.length > 0) this.next.onData(headers);
  }

  write(streams: Uint32Array, bytes: Uint8Array): void {
    for (const handle of streams) this.#groups.get(handle)?.group.onData(bytes);
  }

  finish(streams: Uint32Array): void {
    for (const handle of [...streams]) {
      const stream = this.#take(handle);
      stream?.group.onFin();
      stream?.events.onDelivered(handle);
    }
  }

  reset(streams: Uint32Array, code: number): void {
    for (const handle of [...streams]) this.#take(handle)?.group.onReset(code);
  }

  setPriority(): void {}

  queued(): number {
    return 0;
  }

  #take(handle: Handle): { group: LocalGroup; events: SendEvents } | undefined {
    const stream = this.#groups.get(handle);
    this.#groups.delete(handle);
    return stream;
  }
}

const NOTHING = new Uint8Array(0);
