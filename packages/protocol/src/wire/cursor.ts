import { WireError } from "./errors.ts";
import { bigVarintAt, MAX_BOUND, MAX_COST, varintAt, varintLength } from "./varint.ts";

const NOTHING = new Uint8Array(0);

// `ignoreBOM` keeps a leading U+FEFF, so that a name goes out as it came in.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads fields one after the other from a whole message. Running past the end is a `truncated` error, because whoever
 * handed the message over had all of it. `tryVarint` alone reads from bytes of which more may come.
 */
export class Cursor {
  #bytes: Uint8Array = NOTHING;
  #offset = 0;
  #end = 0;

  constructor(bytes: Uint8Array = NOTHING, start = 0, end: number = bytes.length) {
    this.reset(bytes, start, end);
  }

  /** Points the cursor at `bytes[start, end)`, so that one cursor can serve many messages. */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
    return this;
  }

  /** Bytes that are not read yet. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** One byte. */
  u8(field: string): number {
    return this.#bytes[this.#advance(1, field)]!;
  }

  /** Two bytes, big-endian. */
  u16(field: string): number {
    const at = this.#advance(2, field);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  /** A varint of at most `max`, which may be 2^53 and is 2^53 - 1 when not given. */
  varint(field: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = varintAt(this.#bytes, this.#advanceVarint(field));
    if (value > max) throw new WireError("integer-too-large", field);
    return value;
  }

  /** A varint exactly, up to 2^62 - 1. */
  bigVarint(field: string): bigint {
    return bigVarintAt(this.#bytes, this.#advanceVarint(field));
  }

  /** A varint of which the exact value does not matter when it is large: 2^53 - 1 (`MAX_COST`) and more all read as that. */
  saturatingVarint(field: string): number {
    return Math.min(varintAt(this.#bytes, this.#advanceVarint(field)), MAX_COST);
  }

  /** A varint that is 0 for nothing and else the value plus one. */
  optional(field: string): number | undefined {
    const raw = this.varint(field, MAX_BOUND);
    return raw === 0 ? undefined : raw - 1;
  }

  /** One byte, of which any value but 0 means true. */
  flag(field: string): boolean {
    return this.u8(field) !== 0;
  }

  /** A varint length of at most `maxBytes` and as many bytes of UTF-8. */
  string(field: string, maxBytes: number): string {
    const length = this.varint(field);
    if (length > maxBytes) throw new WireError("string-too-long", `${field}, ${length} bytes`);
    return this.text(field, length);
  }

  /** The next `length` bytes as UTF-8. */
  text(field: string, length: number): string {
    const view = this.take(field, length);
    try {
      return UTF8.decode(view);
    } catch {
      throw new WireError("not-utf8", field);
    }
  }

  /** The next `length` bytes as a view: copy what is to outlive the message. */
  take(field: string, length: number): Uint8Array {
    const at = this.#advance(length, field);
    return this.#bytes.subarray(at, at + length);
  }

  /** Asserts that the message ends here. */
  finish(message: string): void {
    if (this.#offset !== this.#end) throw new WireError("trailing", `${message}, ${this.remaining} bytes`);
  }

  /** A varint, or `undefined` when not all of it is here yet; then nothing is read. */
  tryVarint(field: string): number | undefined {
    if (this.remaining === 0 || this.remaining < varintLength(this.#bytes[this.#offset]!)) return undefined;
    return this.varint(field);
  }

  #advanceVarint(field: string): number {
    if (this.remaining === 0) throw new WireError("truncated", field);
    return this.#advance(varintLength(this.#bytes[this.#offset]!), field);
  }

  #advance(length: number, field: string): number {
    const at = this.#offset;
    if (length > this.#end - at) throw new WireError("truncated", field);
    this.#offset = at + length;
    return at;
  }
}
