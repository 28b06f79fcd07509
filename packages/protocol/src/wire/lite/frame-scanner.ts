import { WireError } from "../errors.ts";
import { varintLength } from "../varint.ts";
import type { FrameFormat } from "./versions.ts";

/**
 * Called when a frame's header is complete. Offsets count from the first byte that the scanner was given, behind the GROUP
 * message: `offset` is where the frame begins, `payloadOffset` where its payload does. `timestamp` is absolute, in units of
 * the track's timescale; plain frames have none.
 */
export type OnFrame = (
  offset: number,
  payloadOffset: number,
  payloadLength: number,
  timestamp: number | undefined,
) => void;

/** Called when the last byte of a frame has passed; `end` is the offset behind it. */
export type OnFrameEnd = (end: number) => void;

/**
 * Follows the frames of a group or fetch stream, chunk by chunk, without keeping or copying anything: it reads the headers
 * and steps over payloads. A frame's header is told as soon as it is complete, so a frame can be indexed, or converted,
 * while its payload is still under way. moq-lite 01-06.
 *
 * After an error, the scanner must not be used again.
 */
export class FrameScanner {
  readonly #timed: boolean;
  readonly #maxFrame: number;
  #offset = 0;
  #frames = 0;
  #headers = 0;
  #boundary = 0;
  #timestamp = 0;

  /** Payload bytes that are still to come. */
  #payload = 0;
  /** In the header: the field being read is the delta, else the length. */
  #inDelta: boolean;
  /** Bytes that the current field still lacks; 0 before its first byte. */
  #missing = 0;
  /** The current field as two halves of 32 bits, because a delta needs 55. */
  #high = 0;
  #low = 0;

  /** `maxFrame` is the largest payload accepted, bytes. */
  constructor(format: FrameFormat, options: { readonly maxFrame: number }) {
    this.#timed = format === "timed";
    this.#inDelta = this.#timed;
    this.#maxFrame = options.maxFrame;
  }

  /** Bytes seen. */
  get offset(): number {
    return this.#offset;
  }

  /** Frames that are complete. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames whose header is complete: `frames`, or one more. */
  get headers(): number {
    return this.#headers;
  }

  /** Where the last complete frame ended, and with it where the next one begins. */
  get boundary(): number {
    return this.#boundary;
  }

  /** Whether it stands inside a frame, in its header or in its payload. */
  get partial(): boolean {
    return this.#offset > this.#boundary;
  }

  /** The timestamp of the last frame whose header is complete; 0 before the first and on plain frames. */
  get timestamp(): number {
    return this.#timestamp;
  }

  /** Takes the next bytes. Throws `frame-too-large`, `integer-too-large` or `timestamp-out-of-range`. */
  push(bytes: Uint8Array, onFrame: OnFrame, onEnd?: OnFrameEnd): void {
    const base = this.#offset;
    let at = 0;
    while (at < bytes.length) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, bytes.length - at);
        at += step;
        this.#payload -= step;
        if (this.#payload > 0) break;
      } else {
        const whole = this.#header(bytes[at++]!);
        if (!whole) continue;
        this.#offset = base + at;
        this.#headers++;
        onFrame(this.#boundary, this.#offset, this.#payload, this.#timed ? this.#timestamp : undefined);
        if (this.#payload > 0) continue;
      }
      this.#frames++;
      this.#boundary = base + at;
      this.#offset = this.#boundary;
      onEnd?.(this.#boundary);
    }
    this.#offset = base + bytes.length;
  }

  /** The stream has ended: throws `truncated` if it did so inside a frame. */
  finish(): void {
    if (this.partial) throw new WireError("truncated", `stream ended inside frame ${this.#frames}`);
  }

  /** Takes one byte of a header; true when it was the last. */
  #header(byte: number): boolean {
    if (this.#missing === 0) {
      const length = varintLength(byte);
      this.#missing = length;
      this.#high = 0;
      this.#low = byte & 0x3f;
    } else {
      this.#high = ((this.#high << 8) | (this.#low >>> 24)) >>> 0;
      this.#low = ((this.#low << 8) | byte) >>> 0;
    }
    if (--this.#missing > 0) return false;
    if (this.#inDelta) {
      this.#advanceTimestamp();
      this.#inDelta = false;
      return false;
    }
    const length = this.#high * 2 ** 32 + this.#low;
    if (length > Number.MAX_SAFE_INTEGER) throw new WireError("integer-too-large", "frame length");
    if (length > this.#maxFrame) throw new WireError("frame-too-large", `${length} > ${this.#maxFrame} bytes`);
    this.#payload = length;
    this.#inDelta = this.#timed;
    return true;
  }

  #advanceTimestamp(): void {
    const half = this.#high * 2 ** 31 + (this.#low >>> 1);
    this.#timestamp += this.#low & 1 ? -half - 1 : half;
    if (!(this.#timestamp >= 0 && this.#timestamp <= Number.MAX_SAFE_INTEGER)) {
      throw new WireError("timestamp-out-of-range", `frame ${this.#frames}`);
    }
  }
}
