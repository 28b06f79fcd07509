/** How often something may happen. */
export interface Rate {
  /** So many more each second. */
  readonly perSecond: number;
  /** So many at once are never noticed. */
  readonly burst: number;
  /** So many beyond the burst, at the moment or in the long run, are a flood. */
  readonly tolerance: number;
}

/** What happens is within its rate; beyond it; or so far beyond that it has to end. */
export type Verdict = "within" | "beyond" | "flood";

/** Counts against a rate. What is beyond it counts too, so that a flood that lasts is one however thin it is. */
export class TokenBucket {
  #tokens = Number.POSITIVE_INFINITY;
  #at = 0;

  /** One more, at `now` (milliseconds). The rate may be another one than before; undefined for no limit. */
  take(rate: Rate | undefined, now: number): Verdict {
    if (!rate) return "within";
    const refilled = this.#tokens + ((now - this.#at) * rate.perSecond) / 1_000;
    this.#tokens = Math.min(refilled, rate.burst) - 1;
    this.#at = now;
    if (this.#tokens >= 0) return "within";
    return -this.#tokens > rate.tolerance ? "flood" : "beyond";
  }
}
