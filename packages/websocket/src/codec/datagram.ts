import type { Cursor } from "./cursor.ts";
import { varintSize } from "./varint.ts";
import type { Writer } from "./writer.ts";

/** DATAGRAM (0x30, or 0x31 with a length; qmux-01 and newer, as RFC 9221). */
export interface DatagramFrame {
  readonly type: "datagram";
  /** A view on the message. */
  readonly data: Uint8Array;
  /** Bytes of the whole frame: what max_datagram_frame_size is about. */
  readonly size: number;
}

export function readDatagram(type: number, cursor: Cursor): DatagramFrame {
  const before = cursor.left;
  const data = type === 0x31 ? cursor.take(cursor.varint()) : cursor.rest();
  return { type: "datagram", data, size: 1 + before - cursor.left };
}

export function writeDatagram(writer: Writer, data: Uint8Array): void {
  writer.varint(0x31);
  writer.prefixed(data);
}

/** Bytes of the frame that `writeDatagram` writes for a payload. */
export function datagramFrameSize(payload: number): number {
  return 1 + varintSize(payload) + payload;
}

/** The largest payload whose frame fits into `frame` bytes, 0 when none does. */
export function datagramPayload(frame: number): number {
  return Math.max(0, frame - 1 - varintSize(frame));
}
