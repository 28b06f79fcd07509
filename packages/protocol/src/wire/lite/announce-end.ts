import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** END: a route is gone and its id retired for ever. moq-lite 06. */
export interface AnnounceEnd {
  readonly id: number;
}

export function decodeAnnounceEnd(cursor: Cursor, _version: Version): AnnounceEnd {
  const id = cursor.varint("route id");
  cursor.finish("END");
  return { id };
}

/** Writes length and body; the type before them is `encodeAnnouncement`'s. */
export function encodeAnnounceEnd(writer: Writer, end: AnnounceEnd, _version: Version): void {
  const mark = writer.begin();
  writer.varint(end.id);
  writer.end(mark);
}
