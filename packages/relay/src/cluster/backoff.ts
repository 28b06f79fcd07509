import type { Random } from "@moq-relay/protocol/model";

/**
 * Waits between attempts: each anywhere between nothing and a bound that grows (full jitter), so that those who lost the same
 * peer at the same moment do not come back at the same moment.
 */
export class Backoff {
  readonly #random: Random;
  readonly #initial: number;
  readonly #multiplier: number;
  readonly #max: () => number;
  #bound: number;

  /** @param max longest bound, milliseconds; asked each time, for it may grow with the cluster. */
  constructor(random: Random, initial: number, multiplier: number, max: () => number) {
    this.#random = random;
    this.#initial = initial;
    this.#multiplier = multiplier;
    this.#max = max;
    this.#bound = initial;
  }

  /** The longest wait, milliseconds. */
  get max(): number {
    return this.#max();
  }

  /** Milliseconds to wait now. */
  next(): number {
    const bound = Math.min(this.#bound, this.#max());
    this.#bound = Math.min(bound * this.#multiplier, this.#max());
    return this.#random.next() * bound;
  }

  /** The last attempt was a lasting success. */
  reset(): void {
    this.#bound = this.#initial;
  }
}
