import type { Cursor } from "../cursor.ts";
import { readPath } from "../path.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";
import { readHops, writeHops } from "./hops.ts";
import { type RouteCost, readCost, writeCost } from "./route-cost.ts";
import type { Version } from "./versions.ts";

/** START: a new route, and with it the next id of this announce stream (0, 1, 2 …), also if it is of no use. moq-lite 06. */
export interface AnnounceStart {
  /** The path without the prefix that was asked for; the route covers all below it. */
  readonly suffix: string;
  /** Publisher first, without the sender. */
  readonly hops: readonly HopId[];
  readonly cost: RouteCost;
}

export function decodeAnnounceStart(cursor: Cursor, version: Version): AnnounceStart {
  const suffix = readPath(cursor, "suffix");
  const hops = readHops(cursor, version);
  const cost = readCost(cursor);
  cursor.finish("START");
  return { suffix, hops, cost };
}

/** Writes length and body; the type before them is `encodeAnnouncement`'s. */
export function encodeAnnounceStart(writer: Writer, start: AnnounceStart, version: Version): void {
  const mark = writer.begin();
  writer.string(start.suffix);
  writeHops(writer, start.hops, version);
  writeCost(writer, start.cost);
  writer.end(mark);
}
