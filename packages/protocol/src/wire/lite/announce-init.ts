import type { Cursor } from "../cursor.ts";
import { readPath } from "../path.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** ANNOUNCE_INIT: all that is live now, first answer to ANNOUNCE_REQUEST. moq-lite 01 and 02. */
export interface AnnounceInit {
  readonly suffixes: readonly string[];
}

export function decodeAnnounceInit(cursor: Cursor, version: Version): AnnounceInit {
  requireMessage(version.announceReply === "init", "ANNOUNCE_INIT", version);
  const suffixes: string[] = [];
  // The count is not trusted with an allocation: each suffix takes a byte at least, so the message bounds the list.
  for (let left = cursor.varint("suffix count"); left > 0; left--) suffixes.push(readPath(cursor, "suffix"));
  cursor.finish("ANNOUNCE_INIT");
  return { suffixes };
}

export function encodeAnnounceInit(writer: Writer, init: AnnounceInit, version: Version): void {
  requireMessage(version.announceReply === "init", "ANNOUNCE_INIT", version);
  const mark = writer.begin();
  writer.varint(init.suffixes.length);
  for (const suffix of init.suffixes) writer.string(suffix);
  writer.end(mark);
}
