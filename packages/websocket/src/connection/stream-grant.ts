/** A peer is told of new places when at least this part of all places is free again. */
const LEAST_SHARE = 1 / 8;

/**
 * How many streams of one kind a peer may open, and which of them it has opened. Opening stream n opens all below it
 * (RFC 9000 §2.1), and since high priorities go first, their first frames come in any order.
 */
export class StreamGrant {
  #limit: number;
  readonly #announced: boolean;
  #granted: number;
  #ended = 0;
  #lastGrantAt = 0;
  /** One above the highest index that was seen. */
  #next = 0;
  /** Indices below `#next` of which no frame has come yet; never more than the limit. */
  readonly #unseen = new Set<number>();

  /** `limit`: streams open at once. `announced`: the peer is told its grants (not so in the legacy framing). */
  constructor(limit: number, announced: boolean) {
    this.#limit = limit;
    this.#granted = limit;
    this.#announced = announced;
  }

  /** A frame for stream `index` came, which is not open: is it "new", has it "ended", or is it "beyond" the grant? */
  arrive(index: number): "new" | "ended" | "beyond" {
    if (index >= this.#granted) return "beyond";
    if (index < this.#next) return this.#unseen.delete(index) ? "new" : "ended";
    for (let skipped = this.#next; skipped < index; skipped++) this.#unseen.add(skipped);
    this.#next = index + 1;
    return "new";
  }

  /** So many may be open from now on, if that is more than before. The new grant when the peer is to be told, or 0. */
  extend(limit: number): number {
    if (limit <= this.#limit) return 0;
    this.#limit = limit;
    this.#lastGrantAt = this.#ended;
    this.#granted = this.#ended + limit;
    return this.#announced ? this.#granted : 0;
  }

  /** One of the streams is over. The new grant when it is time to tell the peer, or 0. */
  end(): number {
    this.#ended += 1;
    if (!this.#announced) {
      this.#granted += 1;
      return 0;
    }
    if (this.#ended - this.#lastGrantAt < this.#limit * LEAST_SHARE) return 0;
    this.#lastGrantAt = this.#ended;
    this.#granted = this.#ended + this.#limit;
    return this.#granted;
  }
}
