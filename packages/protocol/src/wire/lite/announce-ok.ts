import type { Cursor } from "../cursor.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** ANNOUNCE_OK: first answer to ANNOUNCE_REQUEST. moq-lite 05 and 06. */
export interface AnnounceOk {
  /** The sender, which the receiver appends to the hops of every announcement on this stream; 0 for none. */
  readonly hop: HopId;
  /** How many of the announcements that follow are live already. */
  readonly activeCount: number;
}

export function decodeAnnounceOk(cursor: Cursor, version: Version): AnnounceOk {
  requireMessage(version.announceReply === "ok", "ANNOUNCE_OK", version);
  const hop = cursor.bigVarint("hop");
  const activeCount = cursor.varint("active count");
  cursor.finish("ANNOUNCE_OK");
  return { hop, activeCount };
}

export function encodeAnnounceOk(writer: Writer, ok: AnnounceOk, version: Version): void {
  requireMessage(version.announceReply === "ok", "ANNOUNCE_OK", version);
  const mark = writer.begin();
  writer.bigVarint(ok.hop);
  writer.varint(ok.activeCount);
  writer.end(mark);
}
