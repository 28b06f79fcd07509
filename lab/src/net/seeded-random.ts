/** Numbers from 0 to below 1 that follow from a seed and a name: what hangs on one name does not disturb another. */
export class SeededRandom {
  #state: number;

  constructor(seed: number, name = "") {
    this.#state = seed | 0;
    for (const letter of name) this.#state = Math.imul(this.#state ^ letter.charCodeAt(0), 0x01000193);
    // Neighbouring seeds are far apart after a few steps only.
    for (let i = 0; i < 4; i++) this.next();
  }

  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}
