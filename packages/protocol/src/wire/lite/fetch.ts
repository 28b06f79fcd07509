import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_TRACK_NAME } from "../limits.ts";
import { readPath } from "../path.ts";
import type { Writer } from "../writer.ts";
import { type FrameBounds, readFrameBounds, writeFrameBounds } from "./frame-bounds.ts";
import { type NamedPublisher, readNamedPublisher, writeNamedPublisher } from "./named-publisher.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/**
 * FETCH: send me one group, now. The one message of a fetch stream (bidi 3); bare frames answer. moq-lite 03-06, where 03
 * and 04 define but never serve it.
 */
export interface Fetch extends FrameBounds, NamedPublisher {
  readonly broadcast: string;
  readonly track: string;
  /** 0 to 255, higher first. */
  readonly priority: number;
  readonly group: number;
}

/** @param named whether it names the publisher. */
export function decodeFetch(cursor: Cursor, version: Version, named = false): Fetch {
  requireMessage(version.fetch, "FETCH", version);
  const broadcast = readPath(cursor, "broadcast");
  const track = cursor.string("track", MAX_TRACK_NAME);
  const priority = cursor.u8("priority");
  const group = cursor.varint("group");
  const { startFrame, endFrame } = readFrameBounds(cursor, version);
  const who = readNamedPublisher(cursor, named);
  cursor.finish("FETCH");
  if (endFrame !== undefined && endFrame < startFrame) {
    throw new WireError("bad-value", `frames ${startFrame} to ${endFrame} fetched`);
  }
  return { broadcast, track, priority, group, startFrame, endFrame, ...who };
}

export function encodeFetch(writer: Writer, fetch: Fetch, version: Version): void {
  requireMessage(version.fetch, "FETCH", version);
  const mark = writer.begin();
  writer.string(fetch.broadcast);
  writer.string(fetch.track);
  writer.u8(fetch.priority);
  writer.varint(fetch.group);
  writeFrameBounds(writer, fetch, version);
  writeNamedPublisher(writer, fetch);
  writer.end(mark);
}
