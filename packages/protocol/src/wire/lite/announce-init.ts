import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_SUFFIXES } from "../limits.ts";
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
  const count = cursor.varint("suffix count");
  // The message bounds the list, too; but as tens of thousands of names of a byte or two it would take long to read.
  if (count > MAX_SUFFIXES) throw new WireError("too-many-suffixes", `${count} suffixes`);
  const suffixes: string[] = [];
  for (let i = 0; i < count; i++) suffixes.push(readPath(cursor, "suffix"));
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
