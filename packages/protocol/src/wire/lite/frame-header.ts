import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { Writer } from "../writer.ts";
import type { FrameFormat } from "./versions.ts";

/** What stands before a frame's payload on a group or fetch stream. It has no length prefix. moq-lite 01-06. */
export interface FrameHeader {
  /** Timestamp less that of the frame before on this stream (0 before the first). Always 0 on plain frames (01-04). */
  readonly delta: number;
  /** Bytes of payload that follow. */
  readonly length: number;
}

export function decodeFrameHeader(cursor: Cursor, format: FrameFormat): FrameHeader {
  const delta = format === "timed" ? fromZigzag(cursor.bigVarint("timestamp delta")) : 0;
  const length = cursor.varint("frame length");
  return { delta, length };
}

export function encodeFrameHeader(writer: Writer, header: FrameHeader, format: FrameFormat): void {
  if (format === "timed") writeZigzag(writer, header.delta);
  writer.varint(header.length);
}

/** Signed from unsigned: 0, 1, 2, 3 … are 0, -1, 1, -2 … */
function fromZigzag(raw: bigint): number {
  const half = raw >> 1n;
  if (half > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireError("timestamp-out-of-range", "timestamp delta");
  return (raw & 1n) === 0n ? Number(half) : -Number(half) - 1;
}

function writeZigzag(writer: Writer, delta: number): void {
  // Doubling is exact for all numbers; only the "less one" of a negative needs the small range.
  if (Math.abs(delta) < 2 ** 51) writer.varint(delta < 0 ? -2 * delta - 1 : 2 * delta);
  else writer.bigVarint(delta < 0 ? -2n * BigInt(delta) - 1n : 2n * BigInt(delta));
}

/**
 * The bytes of a timestamp as it stands at the beginning of a stream, where it counts from 0. They take the place of a
 * frame's delta when a stream begins with that frame.
 */
export function writeTimestamp(timestamp: number): Uint8Array {
  const writer = new Writer(8);
  writeZigzag(writer, timestamp);
  return writer.view();
}
