import { WireError } from "./errors.ts";
import { MAX_BOUND, MAX_COST, MAX_VARINT, varintSize } from "./varint.ts";

const UTF8 = new TextEncoder();

/**
 * Writes fields one after the other into a buffer that grows and is kept: a writer that is cleared and used again
 * allocates nothing. Values out of range are mistakes of this program, not of a peer, and throw `RangeError`.
 */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `capacity` is the size of the first buffer, bytes. */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written since the last `clear`. */
  get length(): number {
    return this.#length;
  }

  /** Forgets what was written and keeps the buffer. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  /** What was written, as a view that the next write or `clear` may change. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, as a copy. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** One byte. */
  u8(value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value <= 0xff)) throw new RangeError(`not a byte: ${value}`);
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  /** Two bytes, big-endian. */
  u16(value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value <= 0xffff)) throw new RangeError(`not 16 bits: ${value}`);
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value & 0xff;
  }

  /** The shortest varint of an integer from 0 to 2^53 (inclusive, because exclusive bounds get there). */
  varint(value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value <= MAX_BOUND)) throw new RangeError(`not a varint: ${value}`);
    this.#varintInto(this.#reserve(varintSize(value)), value);
  }

  /** The shortest varint of an integer from 0 to 2^62 - 1. */
  bigVarint(value: bigint): void {
    if (value < 0n || value > MAX_VARINT) throw new RangeError(`not a varint: ${value}`);
    if (value <= BigInt(MAX_BOUND)) this.varint(Number(value));
    else this.#eightBytes(this.#reserve(8), Number(value >> 32n), Number(value & 0xffff_ffffn));
  }

  /** A cost; `MAX_COST` and more is written as 2^62 - 1. */
  cost(value: number): void {
    if (value >= MAX_COST) this.bigVarint(MAX_VARINT);
    else this.varint(value);
  }

  /** 0 for nothing, else the value plus one. */
  optional(value: number | undefined): void {
    this.varint(value === undefined ? 0 : value + 1);
  }

  /** One byte, 0 or 1. */
  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  /** Varint length and UTF-8. */
  string(value: string): void {
    // Of n UTF-16 units come n to 3n bytes. The prefix is right when all are ASCII; else the text moves once.
    const guess = varintSize(value.length);
    const at = this.#reserve(8 + value.length * 3);
    const { written } = UTF8.encodeInto(value, this.#bytes.subarray(at + guess));
    this.#length = at + guess + written;
    this.#prefix(at, guess);
  }

  /** The bytes themselves, without a length. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Begins a message: what follows up to `end` gets its length as a varint in front. Returns what `end` wants. */
  begin(): number {
    return this.#reserve(1);
  }

  /** Ends the message that `begin` began. */
  end(mark: number): void {
    this.#prefix(mark, 1);
  }

  /** As `begin`, for the SETUP exchange, where the length has two bytes. */
  begin16(): number {
    return this.#reserve(2);
  }

  /** Ends the message that `begin16` began. */
  end16(mark: number): void {
    const length = this.#length - mark - 2;
    if (length > 0xffff) throw new WireError("message-too-large", `${length} bytes do not fit a 16-bit length`);
    this.#bytes[mark] = length >>> 8;
    this.#bytes[mark + 1] = length & 0xff;
  }

  /** Writes the length of all behind `at + reserved` into the place at `at`, which is made to fit. */
  #prefix(at: number, reserved: number): void {
    const body = at + reserved;
    const length = this.#length - body;
    const size = varintSize(length);
    if (size !== reserved) {
      this.#reserve(size - reserved);
      this.#bytes.copyWithin(at + size, body, body + length);
    }
    this.#varintInto(at, length);
  }

  #varintInto(at: number, value: number): void {
    const bytes = this.#bytes;
    if (value < 0x40) {
      bytes[at] = value;
    } else if (value < 0x4000) {
      bytes[at] = 0x40 | (value >>> 8);
      bytes[at + 1] = value & 0xff;
    } else if (value < 0x4000_0000) {
      bytes[at] = 0x80 | (value >>> 24);
      bytes[at + 1] = (value >>> 16) & 0xff;
      bytes[at + 2] = (value >>> 8) & 0xff;
      bytes[at + 3] = value & 0xff;
    } else {
      this.#eightBytes(at, Math.floor(value / 2 ** 32), value >>> 0);
    }
  }

  #eightBytes(at: number, high: number, low: number): void {
    const bytes = this.#bytes;
    for (let i = 0; i < 4; i++) {
      bytes[at + i] = (high >>> (24 - 8 * i)) & 0xff;
      bytes[at + 4 + i] = (low >>> (24 - 8 * i)) & 0xff;
    }
    bytes[at] = bytes[at]! | 0xc0;
  }

  /** Makes room for `size` more bytes and returns where they begin. */
  #reserve(size: number): number {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }
}
