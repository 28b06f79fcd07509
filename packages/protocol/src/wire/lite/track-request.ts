import type { Cursor } from "../cursor.ts";
import { MAX_TRACK_NAME } from "../limits.ts";
import { readPath } from "../path.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** TRACK: what is this track like? The one message of a track stream (bidi 6). moq-lite 05 and 06. */
export interface TrackRequest {
  readonly broadcast: string;
  readonly track: string;
}

export function decodeTrackRequest(cursor: Cursor, version: Version): TrackRequest {
  requireMessage(version.trackInfo, "TRACK", version);
  const broadcast = readPath(cursor, "broadcast");
  const track = cursor.string("track", MAX_TRACK_NAME);
  cursor.finish("TRACK");
  return { broadcast, track };
}

export function encodeTrackRequest(writer: Writer, request: TrackRequest, version: Version): void {
  requireMessage(version.trackInfo, "TRACK", version);
  const mark = writer.begin();
  writer.string(request.broadcast);
  writer.string(request.track);
  writer.end(mark);
}
