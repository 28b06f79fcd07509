import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** TRACK_INFO: the answer to TRACK. Fixed for the life of a broadcast. moq-lite 05 and 06. */
export interface TrackInfo {
  /** 0 to 255, higher first: the publisher's own ranking of its tracks. */
  readonly priority: number;
  /** 05 carries it, nobody heeds it. */
  readonly ordered: boolean;
  /** How long the publisher keeps groups that are not the latest, milliseconds. */
  readonly maxAge: number;
  /** Timestamp units per second, at least 1. */
  readonly timescale: number;
}

/** What holds for a track whose publisher says nothing. */
export const DEFAULT_TRACK_INFO: TrackInfo = { priority: 127, ordered: false, maxAge: 5000, timescale: 1000 };

export function decodeTrackInfo(cursor: Cursor, version: Version): TrackInfo {
  requireMessage(version.trackInfo, "TRACK_INFO", version);
  const priority = cursor.u8("priority");
  const ordered = version.ordered && cursor.flag("ordered");
  const maxAge = cursor.varint("max age");
  const timescale = cursor.varint("timescale");
  cursor.finish("TRACK_INFO");
  if (timescale === 0) throw new WireError("bad-value", "timescale 0");
  return { priority, ordered, maxAge, timescale };
}

export function encodeTrackInfo(writer: Writer, info: TrackInfo, version: Version): void {
  requireMessage(version.trackInfo, "TRACK_INFO", version);
  const mark = writer.begin();
  writer.u8(info.priority);
  if (version.ordered) writer.flag(info.ordered);
  writer.varint(info.maxAge);
  writer.varint(info.timescale);
  writer.end(mark);
}
