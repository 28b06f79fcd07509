/** Chance that a seed repeats (xorshift, 32 bits): good enough to choose mutations, and fast. */
export class Chance {
  #state: number;

  /** `seed` is any integer; `what` sets runs with one seed apart. */
  constructor(seed: number, what = "") {
    let state = seed | 0;
    for (let i = 0; i < what.length; i++) state = Math.imul(state ^ what.charCodeAt(i), 0x01000193);
    // Neighbouring seeds must not begin alike, and 0 would stay 0.
    state = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    this.#state = state ^ (state >>> 15) || 0x9e3779b9;
  }

  /** 32 random bits, as an integer that is not negative. */
  bits(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** An integer from 0 to `bound` - 1; `bound` is at least 1. */
  below(bound: number): number {
    return this.bits() % bound;
  }

  /** One of them; there must be one. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  fill(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) bytes[at] = this.bits() >>> 11;
  }
}
