import type { Cursor } from "./cursor.ts";
import type { StreamKind } from "./stream-id.ts";
import type { Writer } from "./writer.ts";

/** MAX_DATA (0x10): bytes that may be sent on the connection, counted from its beginning. */
export interface MaxDataFrame {
  readonly type: "max-data";
  readonly max: number;
}

/** MAX_STREAM_DATA (0x11): bytes that may be sent on one stream, counted from its beginning. */
export interface MaxStreamDataFrame {
  readonly type: "max-stream-data";
  readonly id: number;
  readonly max: number;
}

/** MAX_STREAMS (0x12 bidi, 0x13 uni): streams that may be opened, counted from the beginning of the connection. */
export interface MaxStreamsFrame {
  readonly type: "max-streams";
  readonly kind: StreamKind;
  readonly max: number;
}

export function readMaxData(cursor: Cursor): MaxDataFrame {
  return { type: "max-data", max: cursor.varint() };
}

export function writeMaxData(writer: Writer, max: number): void {
  writer.varint(0x10);
  writer.varint(max);
}

export function readMaxStreamData(cursor: Cursor): MaxStreamDataFrame {
  return { type: "max-stream-data", id: cursor.varint(), max: cursor.varint() };
}

export function writeMaxStreamData(writer: Writer, id: number, max: number): void {
  writer.varint(0x11);
  writer.varint(id);
  writer.varint(max);
}

export function readMaxStreams(type: number, cursor: Cursor): MaxStreamsFrame {
  return { type: "max-streams", kind: type === 0x12 ? "bidi" : "uni", max: cursor.varint() };
}

export function writeMaxStreams(writer: Writer, kind: StreamKind, max: number): void {
  writer.varint(kind === "bidi" ? 0x12 : 0x13);
  writer.varint(max);
}
