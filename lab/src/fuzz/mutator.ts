import type { Chance } from "./chance.ts";

/** Integers at the borders of varint sizes, of exact numbers and of the caps of the wire. */
const BORDERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  31n,
  32n,
  33n,
  63n,
  64n,
  65n,
  127n,
  128n,
  255n,
  256n,
  1199n,
  1200n,
  4095n,
  4096n,
  4097n,
  8192n,
  8193n,
  16_383n,
  16_384n,
  65_535n,
  65_536n,
  (1n << 24n) - 1n,
  (1n << 30n) - 1n,
  1n << 30n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 53n) - 2n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 53n) + 1n,
  (1n << 54n) - 1n,
  1n << 54n,
  1n << 61n,
  (1n << 62n) - 2n,
  (1n << 62n) - 1n,
];

/** The borders as varints, each in all sizes that hold it. */
export const BORDER_VARINTS: readonly Uint8Array[] = BORDERS.flatMap((value) =>
  [1, 2, 4, 8].filter((size) => value < 1n << BigInt(8 * size - 2)).map((size) => varint(value, size)),
);

const BORDER_BYTES = [0, 1, 2, 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff];

/**
 * Makes inputs out of inputs: flips bits, edits integers and lengths, splices, repeats, cuts, and puts in words. Works in
 * one buffer, so that nothing is allocated for a case.
 */
export class Mutator {
  readonly #chance: Chance;
  readonly #pool: readonly Uint8Array[];
  readonly #words: readonly Uint8Array[];
  readonly #bytes: Uint8Array;
  #length = 0;

  /** `pool` may grow meanwhile; it must not be empty. */
  constructor(chance: Chance, pool: readonly Uint8Array[], dictionary: readonly Uint8Array[], maxInput: number) {
    this.#chance = chance;
    this.#pool = pool;
    this.#words = dictionary.length > 0 ? dictionary : BORDER_VARINTS;
    this.#bytes = new Uint8Array(maxInput);
  }

  /** The next input: a view that the next call changes. */
  next(): Uint8Array {
    const chance = this.#chance;
    if (chance.below(64) === 0) {
      this.#length = chance.below(Math.min(64, this.#bytes.length + 1));
      chance.fill(this.#bytes, 0, this.#length);
    } else {
      this.#length = 0;
      this.#append(chance.pick(this.#pool));
    }
    // Mostly little is wrong, so that decoders get far; now and then a lot.
    let rounds = 1 + (chance.below(3) === 0 ? chance.below(8) : chance.below(2));
    while (rounds-- > 0) this.#mutate();
    return this.#bytes.subarray(0, this.#length);
  }

  #mutate(): void {
    const chance = this.#chance;
    const bytes = this.#bytes;
    const at = chance.below(this.#length + 1);
    switch (chance.below(13)) {
      case 0:
        if (at < this.#length) bytes[at] = bytes[at]! ^ (1 << chance.below(8));
        break;
      case 1:
        if (at < this.#length) bytes[at] = chance.below(256);
        break;
      case 2:
        if (at < this.#length) bytes[at] = chance.pick(BORDER_BYTES);
        break;
      case 3:
        if (at < this.#length) bytes[at] = bytes[at]! + 1 - 2 * chance.below(2);
        break;
      case 4:
        this.#replace(at, this.#varintSize(at), chance.pick(BORDER_VARINTS));
        break;
      case 5:
        this.#lie(at);
        break;
      case 6:
        this.#replace(at, 0, chance.pick(this.#words));
        break;
      case 7:
        this.#replace(at, chance.below(9), chance.pick(this.#words));
        break;
      case 8:
        this.#remove(at, 1 + chance.below(8));
        break;
      case 9:
        this.#length = at;
        break;
      case 10:
        this.#repeat(at, 1 + chance.below(16), 1 + chance.below(chance.below(8) === 0 ? 200 : 4));
        break;
      case 11:
        this.#splice(at);
        break;
      default:
        this.#replace(at, 0, chance.pick(BORDER_VARINTS));
    }
  }

  /** What may be a length becomes what is really left, or a little more or less. */
  #lie(at: number): void {
    if (at >= this.#length) return;
    const left = Math.max(0, this.#length - at - 1 + this.#chance.below(5) - 2);
    if (left < 64) this.#bytes[at] = left;
    else this.#replace(at, 1, varint(BigInt(left), left < 16_384 ? 2 : 4));
  }

  #splice(at: number): void {
    const other = this.#chance.pick(this.#pool);
    if (other.length === 0) return;
    this.#length = at;
    this.#append(other.subarray(this.#chance.below(other.length)));
  }

  #repeat(at: number, size: number, times: number): void {
    const end = Math.min(at + size, this.#length);
    const piece = this.#bytes.slice(at, end);
    if (piece.length === 0) return;
    const count = Math.min(times, Math.floor((this.#bytes.length - this.#length) / piece.length));
    const added = count * piece.length;
    this.#bytes.copyWithin(end + added, end, this.#length);
    for (let i = 0; i < count; i++) this.#bytes.set(piece, end + i * piece.length);
    this.#length += added;
  }

  #varintSize(at: number): number {
    return at < this.#length ? Math.min(1 << (this.#bytes[at]! >> 6), this.#length - at) : 0;
  }

  #replace(at: number, old: number, word: Uint8Array): void {
    const removed = Math.min(old, this.#length - at);
    const length = this.#length - removed + word.length;
    if (length > this.#bytes.length) return;
    this.#bytes.copyWithin(at + word.length, at + removed, this.#length);
    this.#bytes.set(word, at);
    this.#length = length;
  }

  #remove(at: number, count: number): void {
    const removed = Math.min(count, this.#length - at);
    this.#bytes.copyWithin(at, at + removed, this.#length);
    this.#length -= removed;
  }

  #append(piece: Uint8Array): void {
    const fitting = piece.subarray(0, this.#bytes.length - this.#length);
    this.#bytes.set(fitting, this.#length);
    this.#length += fitting.length;
  }
}

/** A QUIC varint of `size` bytes: 1, 2, 4 or 8. */
function varint(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[size - 1 - i] = Number((value >> BigInt(8 * i)) & 0xffn);
  bytes[0] = bytes[0]! | (Math.log2(size) << 6);
  return bytes;
}
