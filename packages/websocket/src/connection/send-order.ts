import { type StreamKind, streamId } from "../codec/stream-id.ts";
import { Ranking } from "./ranking.ts";
import type { SendHalf } from "./send-half.ts";

/**
 * Which stream sends next. Streams that were opened here get their ids when it is their turn and not before: so where
 * the peer lets no more streams be opened, the most important one gets the next place, and one that was given up
 * meanwhile takes none.
 */
export class SendOrder {
  readonly #byServer: boolean;
  readonly #named: (half: SendHalf) => void;
  readonly #ready = new Ranking<SendHalf>();
  readonly #waiting = { bidi: new Ranking<SendHalf>(), uni: new Ranking<SendHalf>() };
  readonly #opened = { bidi: 0, uni: 0 };
  readonly #allowed = { bidi: 0, uni: 0 };

  /** `named` is called when a stream has got its id. */
  constructor(byServer: boolean, named: (half: SendHalf) => void) {
    this.#byServer = byServer;
    this.#named = named;
  }

  /** Streams of a kind that have ids. */
  opened(kind: StreamKind): number {
    return this.#opened[kind];
  }

  /** The peer lets `max` streams of a kind be opened, counted from the beginning. */
  allow(kind: StreamKind, max: number): void {
    if (max <= this.#allowed[kind]) return;
    this.#allowed[kind] = max;
    const waiting = this.#waiting[kind];
    for (let places = max - this.#opened[kind]; places > 0 && waiting.first !== undefined; places--) {
      const half = waiting.first;
      waiting.remove(half);
      this.#ready.add(half);
    }
  }

  /** `half` has something to send. */
  enter(half: SendHalf): void {
    if (half.ranking === undefined) this.#ready.add(half);
  }

  /** `half` has nothing to send, or may not. */
  leave(half: SendHalf): void {
    half.ranking?.remove(half);
  }

  /** `half` has had its turn. */
  toTheBack(half: SendHalf): void {
    this.#ready.toTheBack(half);
  }

  setPriority(half: SendHalf, priority: number): void {
    if (half.ranking === undefined) half.priority = priority;
    else half.ranking.setPriority(half, priority);
  }

  /** The stream whose turn it is; it has an id. */
  next(): SendHalf | undefined {
    for (;;) {
      const half = this.#ready.first;
      if (half === undefined || half.id >= 0) return half;
      if (this.#opened[half.kind] < this.#allowed[half.kind]) return this.#name(half);
      this.#ready.remove(half);
      this.#waiting[half.kind].add(half);
    }
  }

  #name(half: SendHalf): SendHalf {
    half.id = streamId(this.#opened[half.kind]++, half.kind, this.#byServer);
    this.#named(half);
    return half;
  }
}
