/** Numbers at borders, and small ones twice as often. */
const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  19,
  20,
  63,
  64,
  255,
  300,
  16_384,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 2,
  Number.MAX_SAFE_INTEGER,
];

/** Decisions out of the bytes of an input: so a story is mutated, shrunk and repeated like any other input. */
export class Entropy {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether all is used up; from then on every decision is 0. */
  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** 0 to `bound` - 1, `bound` at most 256. */
  below(bound: number): number {
    return this.byte() % bound;
  }

  /** True in one of `n` cases; never when all is used up. */
  seldom(n: number): boolean {
    return this.below(n) === n - 1;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Mostly small, now and then at a border. */
  number(): number {
    const byte = this.byte();
    return byte < 128 ? byte % 8 : NUMBERS[byte % NUMBERS.length]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.byte());
  }
}
