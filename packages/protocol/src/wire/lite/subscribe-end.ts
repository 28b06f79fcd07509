import type { Cursor } from "../cursor.ts";
import { MAX_BOUND } from "../varint.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** END: where the track ends. May come before the last groups do. moq-lite 05 and 06. */
export interface SubscribeEnd {
  /** Exclusive: one more than the last group, up to 2^53; 0 when there was none. */
  readonly group: number;
}

export function decodeSubscribeEnd(cursor: Cursor, _version: Version): SubscribeEnd {
  const group = cursor.varint("group", MAX_BOUND);
  cursor.finish("END");
  return { group };
}

/** Writes length and body; the type before them is `encodeSubscribeReply`'s. */
export function encodeSubscribeEnd(writer: Writer, end: SubscribeEnd, _version: Version): void {
  const mark = writer.begin();
  writer.varint(end.group);
  writer.end(mark);
}
