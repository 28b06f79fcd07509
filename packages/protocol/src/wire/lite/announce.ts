import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { readPath } from "../path.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";
import { readHops, writeHops } from "./hops.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

const STATUSES = ["ended", "active", "restart"] as const;

/** `restart` is 05 only: the path was live and is now another route. Read it, never send it. */
export type AnnounceStatus = (typeof STATUSES)[number];

/** ANNOUNCE: a broadcast has come or gone, by its path. moq-lite 01-05. */
export interface Announce {
  readonly status: AnnounceStatus;
  /** The path without the prefix that was asked for. */
  readonly suffix: string;
  /** Publisher first. 03 tells only how many (all 0), 01 and 02 nothing (empty). */
  readonly hops: readonly HopId[];
}

export function decodeAnnounce(cursor: Cursor, version: Version): Announce {
  requireMessage(version.announcements === "status", "ANNOUNCE", version);
  const raw = cursor.u8("status");
  const status = STATUSES[raw];
  if (status === undefined || (status === "restart" && !version.restartStatus)) {
    throw new WireError("bad-value", `announce status ${raw}`);
  }
  const suffix = readPath(cursor, "suffix");
  const hops = readHops(cursor, version);
  cursor.finish("ANNOUNCE");
  return { status, suffix, hops };
}

export function encodeAnnounce(writer: Writer, announce: Announce, version: Version): void {
  requireMessage(version.announcements === "status", "ANNOUNCE", version);
  const mark = writer.begin();
  writer.u8(STATUSES.indexOf(announce.status));
  writer.string(announce.suffix);
  writeHops(writer, announce.hops, version);
  writer.end(mark);
}
