import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** START: no group below this one will come. A lower bound: the group itself may never come. moq-lite 05 and 06. */
export interface SubscribeStart {
  readonly group: number;
}

export function decodeSubscribeStart(cursor: Cursor, _version: Version): SubscribeStart {
  const group = cursor.varint("group");
  cursor.finish("START");
  return { group };
}

/** Writes length and body; the type before them is `encodeSubscribeReply`'s. */
export function encodeSubscribeStart(writer: Writer, start: SubscribeStart, _version: Version): void {
  const mark = writer.begin();
  writer.varint(start.group);
  writer.end(mark);
}
