/** Chance that follows from a seed. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 2^32. */
  word(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
  }

  /** A whole number from 0 to below `bound`, which is 1 at least. */
  below(bound: number): number {
    return this.word() % bound;
  }

  /** True once in so many times, on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at++) bytes[at] = this.word() >>> 24;
    return bytes;
  }

  /** A number as an enemy would choose it: small, at an edge, or anything. */
  number(): number {
    if (this.oneIn(2)) return this.below(5);
    if (this.oneIn(2)) return this.word();
    return this.pick([255, 256, 65_535, 65_536, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]);
  }
}
