import { Violation } from "./violation.ts";

/** Reads a message from front to back; everything that it hands out is a view. Throws `Violation` where bytes are missing. */
export class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /**
   * The next integer. What is above 2^53−1 comes out as 2^53−1: of a limit that is as good as endless, of a stream or a
   * length it is beyond anything that was granted.
   */
  varint(): number {
    const value = this.varint62();
    if (typeof value === "number") return value;
    return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  /** The next integer, as the code of an application: what is above 2^32−1 comes out as that. */
  code(): number {
    return Math.min(this.varint(), 0xffff_ffff);
  }

  /** The next integer exactly; a bigint where it was written in eight bytes. */
  varint62(): number | bigint {
    const bytes = this.#bytes;
    const at = this.#at;
    const first = bytes[at];
    if (first === undefined) throw new Violation("a frame is cut short");
    const size = 1 << (first >> 6);
    if (size > this.left) throw new Violation("a frame is cut short");
    this.#at = at + size;
    if (size === 1) return first;
    if (size === 2) return ((first & 0x3f) << 8) | bytes[at + 1]!;
    const high = (first & 0x3f) * 0x100_0000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (size === 4) return high;
    const low = bytes[at + 4]! * 0x100_0000 + ((bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** The next `length` bytes. */
  take(length: number): Uint8Array {
    if (length > this.left) throw new Violation("a frame is cut short");
    const view = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.left);
  }
}
