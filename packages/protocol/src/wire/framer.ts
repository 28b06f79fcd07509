import { Cursor } from "./cursor.ts";
import { WireError } from "./errors.ts";
import { varintAt, varintLength } from "./varint.ts";

const EMPTY = new Uint8Array(0);

/** An emptied buffer above this size is given back, so that a stream that idles holds little. */
const KEPT_BUFFER = 1024;

/** A message with the number that stands before its length. */
export interface TypedMessage {
  readonly type: number;
  readonly body: Cursor;
}

/**
 * Cuts the bytes of one stream into stream type and messages. Feed it with `push` and then take what is whole until
 * `undefined` comes back: the rest is kept until more arrives. What was not taken whole is not taken at all.
 *
 * A message inside one chunk is not copied. Cursors that it returns are the same object each time, and valid until the
 * next call. Work is proportional to the bytes, however they are cut.
 */
export class Framer {
  readonly #maxMessage: number;
  readonly #cursor = new Cursor();
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  /** Bytes of earlier chunks: `held[heldStart, heldEnd)` goes before `chunk[at…]`. */
  #held: Uint8Array = EMPTY;
  #heldStart = 0;
  #heldEnd = 0;

  /** `maxMessage` is the largest body accepted, bytes: no more than that and a header of 16 is kept between pushes. */
  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /** Bytes that were pushed and not taken. */
  get buffered(): number {
    return this.#heldEnd - this.#heldStart + this.#chunk.length - this.#at;
  }

  /** Bytes of memory that it holds, chunks of others not counted. */
  get reserved(): number {
    return this.#held.length;
  }

  /** Adds the next bytes of the stream. They must not be changed before the next `push`. */
  push(chunk: Uint8Array): void {
    if (this.#at < this.#chunk.length) this.#hold(this.#chunk.length - this.#at);
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * Takes a bare varint: the stream type. `undefined` when more is needed. Values of 2^53 and more, which name nothing,
   * come as 2^53 - 1.
   */
  type(): number | undefined {
    const size = this.#varintSize(0);
    if (size === undefined) return undefined;
    const value = this.#cursor.reset(this.#bytes(), this.#start(), this.#start() + size).saturatingVarint("type");
    this.#consume(size);
    return value;
  }

  /** Takes a message: varint length and body. `undefined` when more is needed. */
  message(): Cursor | undefined {
    return this.#messageAt(0);
  }

  /** Takes a varint type and a message, both or neither. `undefined` when more is needed. */
  typedMessage(): TypedMessage | undefined {
    const size = this.#varintSize(0);
    if (size === undefined) return undefined;
    const type = this.#cursor.reset(this.#bytes(), this.#start(), this.#start() + size).saturatingVarint("type");
    const body = this.#messageAt(size);
    return body === undefined ? undefined : { type, body };
  }

  /** Takes a message with a 16-bit length, as in the SETUP exchange. `undefined` when more is needed. */
  message16(): Cursor | undefined {
    if (!this.#gather(2)) return undefined;
    const length = (this.#bytes()[this.#start()]! << 8) | this.#bytes()[this.#start() + 1]!;
    return this.#body(2, length);
  }

  /** Takes everything that is left, as it is: what follows the messages, such as a group's frames. May be empty. */
  rest(): Uint8Array {
    const inChunk = this.#chunk.length - this.#at;
    if (this.#heldStart === this.#heldEnd) {
      const rest = this.#chunk.subarray(this.#at);
      this.#at += inChunk;
      return rest;
    }
    this.#hold(inChunk);
    const rest = this.#held.slice(this.#heldStart, this.#heldEnd);
    this.#consume(rest.length);
    return rest;
  }

  /** The stream has ended: throws `truncated` if it did so inside a type or message. */
  finish(): void {
    if (this.buffered > 0) throw new WireError("truncated", `stream ended with ${this.buffered} bytes of a message`);
  }

  #messageAt(skip: number): Cursor | undefined {
    const size = this.#varintSize(skip);
    if (size === undefined) return undefined;
    return this.#body(skip + size, varintAt(this.#bytes(), this.#start() + skip));
  }

  #body(header: number, length: number): Cursor | undefined {
    if (length > this.#maxMessage) throw new WireError("message-too-large", `${length} > ${this.#maxMessage} bytes`);
    if (!this.#gather(header + length)) return undefined;
    const start = this.#start() + header;
    this.#cursor.reset(this.#bytes(), start, start + length);
    this.#consume(header + length);
    return this.#cursor;
  }

  /** The size of the varint that begins `skip` bytes ahead, once all of it is contiguous. */
  #varintSize(skip: number): number | undefined {
    if (!this.#gather(skip + 1)) return undefined;
    const size = varintLength(this.#bytes()[this.#start() + skip]!);
    return this.#gather(skip + size) ? size : undefined;
  }

  /** Sees to it that the next `count` bytes lie side by side; false when they have not all arrived. */
  #gather(count: number): boolean {
    const held = this.#heldEnd - this.#heldStart;
    const inChunk = this.#chunk.length - this.#at;
    if (held === 0) return inChunk >= count;
    if (held < count) this.#hold(Math.min(count - held, inChunk));
    return this.#heldEnd - this.#heldStart >= count;
  }

  #bytes(): Uint8Array {
    return this.#heldStart < this.#heldEnd ? this.#held : this.#chunk;
  }

  #start(): number {
    return this.#heldStart < this.#heldEnd ? this.#heldStart : this.#at;
  }

  /** Moves the next `count` bytes of the chunk behind those held. */
  #hold(count: number): void {
    const held = this.#heldEnd - this.#heldStart;
    if (this.#heldEnd + count > this.#held.length) {
      // Room doubles with what has really arrived, never with what a length promises; and bytes move down only when
      // that frees half of the room, so that each byte moves a bounded number of times.
      const grow = held + count > this.#held.length / 2;
      const target = grow ? new Uint8Array(Math.max(32, 2 * (held + count))) : this.#held;
      target.set(this.#held.subarray(this.#heldStart, this.#heldEnd));
      this.#held = target;
      this.#heldStart = 0;
      this.#heldEnd = held;
    }
    this.#held.set(this.#chunk.subarray(this.#at, this.#at + count), this.#heldEnd);
    this.#heldEnd += count;
    this.#at += count;
  }

  #consume(count: number): void {
    if (this.#heldStart === this.#heldEnd) {
      this.#at += count;
      return;
    }
    this.#heldStart += count;
    if (this.#heldStart < this.#heldEnd) return;
    this.#heldStart = 0;
    this.#heldEnd = 0;
    if (this.#held.length > KEPT_BUFFER) this.#held = EMPTY;
  }
}
