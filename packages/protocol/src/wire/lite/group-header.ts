import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** GROUP: which group this stream is. The one message of a group stream (uni 0); frames follow. moq-lite 01-06. */
export interface GroupHeader {
  /** The id of the subscription. */
  readonly subscription: number;
  /** The number of the group in its track; there may be gaps. */
  readonly sequence: number;
  /** Which frame of the group is the first on this stream; 0 on versions before 06. */
  readonly frameStart: number;
}

export function decodeGroupHeader(cursor: Cursor, version: Version): GroupHeader {
  const subscription = cursor.varint("subscription id");
  const sequence = cursor.varint("group");
  const frameStart = version.frameStart ? cursor.varint("frame start") : 0;
  cursor.finish("GROUP");
  return { subscription, sequence, frameStart };
}

export function encodeGroupHeader(writer: Writer, header: GroupHeader, version: Version): void {
  const mark = writer.begin();
  writer.varint(header.subscription);
  writer.varint(header.sequence);
  if (version.frameStart) writer.varint(header.frameStart);
  writer.end(mark);
}
