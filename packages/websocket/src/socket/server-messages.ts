import { MessageWriter } from "./message-writer.ts";

/** A binary message in one frame (RFC 6455 §5.2). */
const FINAL_BINARY = 0x82;

/** The header of a frame of 126 to 65,535 bytes; a shorter one has two bytes. */
const HEADER = 4;
const SHORT_HEADER = 2;
const LONGEST_SHORT = 125;
const EXTENDED = 126;

/** Payloads from this size on are handed to the socket as they are: below, copying is cheaper than one more buffer. */
const REFERENCE_FROM = 4_096;

/**
 * The messages of a server, which need no masking: complete with their WebSocket headers and back to back, so that many of
 * them are one write, and a payload that goes to many sockets is not copied for each (docs/adr/0003-own-qmux.md).
 */
export class ServerMessages extends MessageWriter {
  /** Where the unfinished part begins. */
  #part = 0;
  /** Bytes of the message that are parts of their own. */
  #referenced = 0;

  get size(): number {
    return this.at - this.start - HEADER + this.#referenced;
  }

  begin(bound: number): void {
    if (this.lacks(bound + HEADER)) {
      this.#finishPart();
      this.renew();
      this.#part = 0;
    }
    this.start = this.at;
    this.#referenced = 0;
    this.at += HEADER;
  }

  payload(bytes: Uint8Array): void {
    if (bytes.length < REFERENCE_FROM) {
      this.put(bytes);
      return;
    }
    this.#finishPart();
    this.parts.push(bytes);
    this.#referenced += bytes.length;
  }

  end(): void {
    const { bytes, start, size } = this;
    if (size === 0) {
      this.at = start;
      return;
    }
    bytes[start] = FINAL_BINARY;
    if (size > LONGEST_SHORT) {
      bytes[start + 1] = EXTENDED;
      bytes[start + 2] = size >> 8;
      bytes[start + 3] = size;
    } else {
      bytes[start + 1] = size;
      bytes.copyWithin(start + SHORT_HEADER, start + HEADER, this.at);
      this.at -= HEADER - SHORT_HEADER;
    }
  }

  /** The bytes for the socket, in pieces. */
  override take(): readonly Uint8Array[] {
    this.#finishPart();
    return super.take();
  }

  #finishPart(): void {
    if (this.at > this.#part) this.parts.push(this.bytes.subarray(this.#part, this.at));
    this.#part = this.at;
  }
}
