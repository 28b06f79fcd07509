import type { SubscribeRequest, SubscribeUpdate, Upstream, UpstreamEvents } from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import type { GroupCopy } from "./copy.ts";
import type { Candidate } from "./supplier.ts";

/** Who hears what a source delivers: the feed. */
export interface SourceEvents {
  onStart(source: Source, group: number): void;
  onGroup(source: Source, sequence: number, frameStart: number, stop: (code: number) => void): GroupCopy | undefined;
  onDatagram(source: Source, sequence: number, timestamp: number, payload: Uint8Array): void;
  /** It has said all that it will: no more groups. Those under way come to their end. */
  onDone(source: Source): void;
  onError(source: Source, code: number): void;
}

/** One subscription of this relay for a track, over one route. */
export class Source implements UpstreamEvents {
  readonly candidate: Candidate;
  /**
   * Where it goes on from what is here already: a group below this one would mean that the publisher counts anew. 0 for one
   * that begins.
   */
  readonly from: number;
  /** The first group that was asked for. */
  readonly asked: number;
  /**
   * It is known to bring the same bytes. One that is held in readiness shows that first: its neighbour may have another publisher
   * of that name by now, of which we have not heard.
   */
  verified = true;
  /** A group was not taken from it because it had not shown that yet. */
  missed = false;
  /** Clock time of the last byte, or of the change of its role. */
  heardAt = 0;
  /** Copies of groups that it is delivering, by sequence. */
  readonly copies: Map<number, GroupCopy> = new Map();
  readonly #events: SourceEvents;
  readonly #upstream: Upstream;
  /** No group at or above this one comes; undefined until the publisher says so. */
  end: number | undefined;
  /** A lower bound of the groups that come; undefined until told. */
  floor: number | undefined;
  done = false;
  #cancelled = false;

  constructor(candidate: Candidate, request: SubscribeRequest, from: number, events: SourceEvents) {
    this.candidate = candidate;
    this.from = from;
    this.asked = request.startGroup;
    this.#events = events;
    this.#upstream = candidate.supplier.subscribe({ ...request, publisher: candidate.publisher }, this);
  }

  update(update: SubscribeUpdate): void {
    if (!this.#cancelled && !this.done) this.#upstream.update(update);
  }

  /** Leaves, and lets go of the groups under way. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#upstream.cancel();
    this.forget();
  }

  /** As `cancel`, where the link is gone already, or is to hear of it later: by `dismiss`. */
  forget(): void {
    this.#cancelled = true;
    for (const copy of this.copies.values()) copy.abandon();
    this.copies.clear();
  }

  /** Leaves, after `forget`. */
  dismiss(): void {
    this.#upstream.cancel();
  }

  onStart(group: number): void {
    if (this.#cancelled) return;
    this.floor = group;
    this.#events.onStart(this, group);
  }

  onEnd(group: number): void {
    this.end = group;
  }

  /** The relay keeps no list of holes: a group that never comes is simply not there. */
  onDrop(): void {}

  /** A group has one stream; another one for it, while that lasts, is refused. */
  onGroup(sequence: number, frameStart: number, stop: (code: number) => void): RecvEvents | undefined {
    if (this.#cancelled || this.copies.has(sequence)) return undefined;
    const copy = this.#events.onGroup(this, sequence, frameStart, stop);
    if (this.#cancelled) return undefined;
    if (copy) this.copies.set(sequence, copy);
    return copy;
  }

  onDatagram(sequence: number, timestamp: number, payload: Uint8Array): void {
    if (!this.#cancelled) this.#events.onDatagram(this, sequence, timestamp, payload);
  }

  onDone(): void {
    if (this.#cancelled) return;
    this.done = true;
    this.#events.onDone(this);
  }

  onError(code: number): void {
    if (this.#cancelled) return;
    this.forget();
    this.#events.onError(this, code);
  }
}
