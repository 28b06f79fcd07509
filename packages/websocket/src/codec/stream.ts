import type { Cursor } from "./cursor.ts";
import { varintSize } from "./varint.ts";
import type { Writer } from "./writer.ts";

/** STREAM (QMux §4, as RFC 9000 §19.8): bytes of one stream. */
export interface StreamFrame {
  readonly type: "stream";
  readonly id: number;
  /** Position of `data` in the stream. 0 where the frame carries none; some released peers always send 0. */
  readonly offset: number;
  /** A view on the message. */
  readonly data: Uint8Array;
  readonly fin: boolean;
}

const FIN = 0x01;
const LENGTH = 0x02;
const OFFSET = 0x04;

/** Types 0x08 to 0x0f. Without a length the data runs to the end of the message. */
export function readStream(type: number, cursor: Cursor): StreamFrame {
  const id = cursor.varint();
  const offset = (type & OFFSET) !== 0 ? cursor.varint() : 0;
  const data = (type & LENGTH) !== 0 ? cursor.take(cursor.varint()) : cursor.rest();
  return { type: "stream", id, offset, data, fin: (type & FIN) !== 0 };
}

/** Writes all of a STREAM frame but its payload, which follows. Offset and length are always present. */
export function writeStreamHeader(writer: Writer, id: number, offset: number, length: number, fin: boolean): void {
  writer.varint(0x08 | OFFSET | LENGTH | (fin ? FIN : 0));
  writer.varint(id);
  writer.varint(offset);
  writer.varint(length);
}

/** What `writeStreamHeader` writes at most for a payload of up to 16,383 bytes. */
export function streamHeaderSize(id: number, offset: number): number {
  return 1 + varintSize(id) + varintSize(offset) + 2;
}
