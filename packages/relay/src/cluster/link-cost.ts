/** Samples are one a second; all times below are counted in them. */
export const SAMPLE_INTERVAL = 1_000;

/** A round trip counts as another one from so many milliseconds off, and from such a share of it. */
const BAND = { ms: 10, share: 0.25 };

/** Samples in a row above the band until a link gets dearer, and below it until it gets cheaper. */
const RISE = 5;
const FALL = 30;

/** Samples between two changes at least. */
const REST = 10;

/** A round trip beyond it counts as this, milliseconds: what speaks against a way otherwise is dearer than any distance. */
const FARTHEST = 10_000;

/**
 * What a link costs beside the unit that every link does: its round trip in milliseconds, nothing when that is below 10. It follows
 * the measure only once that has been off for a while, always in the same direction, and then no further than to the
 * nearest of what was measured: jitter changes nothing. A way that got worse is left soon. One that got better must show it for
 * longer, as a link that empties when its flows leave would call them back at once.
 */
export class LinkCost {
  /** The round trip that the cost stands for, milliseconds. */
  #settled = 0;
  /** Samples in a row that are off, and the nearest of them. */
  #above = 0;
  #below = 0;
  #nearest = 0;
  #rested = REST;

  /** Units of cost. */
  get surcharge(): number {
    return this.#settled < BAND.ms ? 0 : Math.round(this.#settled);
  }

  /** @param rtt smoothed round trip, milliseconds. Returns whether the cost is another one now. */
  sample(rtt: number): boolean {
    if (!(rtt >= 0)) return false;
    this.#rested += 1;
    this.#count(Math.min(rtt, FARTHEST));
    if ((this.#above < RISE && this.#below < FALL) || this.#rested < REST) return false;
    const before = this.surcharge;
    this.#settled = this.#nearest;
    this.#above = 0;
    this.#below = 0;
    this.#rested = 0;
    return this.surcharge !== before;
  }

  #count(rtt: number): void {
    const off = Math.max(BAND.ms, BAND.share * this.#settled);
    const above = rtt > this.#settled + off;
    const below = rtt < this.#settled - off;
    const first = above ? this.#above === 0 : this.#below === 0;
    if (first) this.#nearest = rtt;
    else this.#nearest = above ? Math.min(rtt, this.#nearest) : Math.max(rtt, this.#nearest);
    this.#above = above ? this.#above + 1 : 0;
    this.#below = below ? this.#below + 1 : 0;
  }
}
