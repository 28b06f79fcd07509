import { createHash } from "node:crypto";

/**
 * A frame that says what it is, so that a receiver needs to know nothing to check it. Numbers are big-endian:
 *
 *     u32 instance | u32 group | u32 index | u32 frames in every group | f64 sent at | body | 16 bytes of SHA-256
 *
 * The hash covers everything before it; the body is made from the four numbers. `lab/python/numbered_frame.py` is the same.
 */
export interface NumberedFrame {
  /** Which run of the publisher made it. */
  readonly instance: number;
  /** Group and place in the group, both from 0. */
  readonly group: number;
  readonly index: number;
  /** How many frames each group has. */
  readonly groupSize: number;
  /** Milliseconds since 1970, with fractions. */
  readonly sentAt: number;
}

const HEADER = 24;
const HASH = 16;

/** The smallest frame that `encodeFrame` makes, bytes. */
export const SMALLEST_FRAME: number = HEADER + HASH;

/** Milliseconds since 1970, with the resolution of the monotonic clock. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/** Makes a frame of `size` bytes, at least `SMALLEST_FRAME`. */
export function encodeFrame(frame: NumberedFrame, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame.instance);
  view.setUint32(4, frame.group);
  view.setUint32(8, frame.index);
  view.setUint32(12, frame.groupSize);
  view.setFloat64(16, frame.sentAt);
  fillBody(bytes);
  bytes.set(hash(bytes), size - HASH);
  return bytes;
}

/** Reads a frame; undefined when a byte of it is not what the publisher wrote. */
export function decodeFrame(bytes: Uint8Array): NumberedFrame | undefined {
  if (bytes.length < SMALLEST_FRAME) return undefined;
  if (!hash(bytes).equals(bytes.subarray(bytes.length - HASH))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    instance: view.getUint32(0),
    group: view.getUint32(4),
    index: view.getUint32(8),
    groupSize: view.getUint32(12),
    sentAt: view.getFloat64(16),
  };
}

/** Repeats a hash of the four numbers, so that no two frames have the same body. */
function fillBody(bytes: Uint8Array): void {
  const pattern = createHash("sha256").update(bytes.subarray(0, 16)).digest();
  const end = bytes.length - HASH;
  for (let at = HEADER; at < end; at += pattern.length) bytes.set(pattern.subarray(0, end - at), at);
}

function hash(bytes: Uint8Array): Buffer {
  return createHash("sha256")
    .update(bytes.subarray(0, bytes.length - HASH))
    .digest()
    .subarray(0, HASH);
}
