import { Writer } from "../codec/writer.ts";

/** Memory is taken from the process in pieces of this size, bytes, and given out from the front. */
const SLAB = 64 << 10;

/**
 * Builds WebSocket messages one after the other, for one socket at a time. What it has built belongs to the socket until
 * the kernel has it, so memory is never used twice.
 */
export abstract class MessageWriter extends Writer {
  /** Finished pieces, in order. What a piece is, is between the writer and its kind of socket. */
  protected parts: Uint8Array[] = [];
  /** Where the message begins in `bytes`. */
  protected start = 0;

  constructor() {
    super(new Uint8Array(SLAB));
  }

  /** Bytes that the message has so far. */
  abstract get size(): number;

  /** Begins a message of at most `bound` bytes. */
  abstract begin(bound: number): void;

  /** Adds bytes that are not changed any more; they may be taken as they are instead of being copied. */
  abstract payload(bytes: Uint8Array): void;

  /** Ends the message; one without a byte was never begun. */
  abstract end(): void;

  /** Hands out the finished pieces and forgets them. */
  take(): readonly Uint8Array[] {
    const parts = this.parts;
    this.parts = [];
    return parts;
  }

  /** True when there is no room for `count` bytes in what is left of the slab. */
  protected lacks(count: number): boolean {
    return this.bytes.length - this.at < count;
  }

  protected renew(): void {
    this.bytes = Buffer.allocUnsafeSlow(SLAB);
    this.at = 0;
  }
}
