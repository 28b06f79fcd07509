import type { Cursor } from "./cursor.ts";
import type { Writer } from "./writer.ts";

/** STOP_SENDING (0x05): the receiver wants no more of a stream. Answered by RESET_STREAM. */
export interface StopFrame {
  readonly type: "stop";
  readonly id: number;
  readonly code: number;
}

export function readStop(cursor: Cursor): StopFrame {
  return { type: "stop", id: cursor.varint(), code: cursor.code() };
}

export function writeStop(writer: Writer, id: number, code: number): void {
  writer.varint(0x05);
  writer.varint(id);
  writer.varint(code);
}
