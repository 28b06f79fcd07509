import type { Cursor } from "../cursor.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";
import { readHops, writeHops } from "./hops.ts";
import { type RouteCost, readCost, writeCost } from "./route-cost.ts";
import type { Version } from "./versions.ts";

/** RESTART: hops and cost of a live route are replaced; its id stays. moq-lite 06. */
export interface AnnounceRestart {
  readonly id: number;
  /** Publisher first, without the sender. Another first hop is another publisher. */
  readonly hops: readonly HopId[];
  readonly cost: RouteCost;
}

export function decodeAnnounceRestart(cursor: Cursor, version: Version): AnnounceRestart {
  const id = cursor.varint("route id");
  const hops = readHops(cursor, version);
  const cost = readCost(cursor);
  cursor.finish("RESTART");
  return { id, hops, cost };
}

/** Writes length and body; the type before them is `encodeAnnouncement`'s. */
export function encodeAnnounceRestart(writer: Writer, restart: AnnounceRestart, version: Version): void {
  const mark = writer.begin();
  writer.varint(restart.id);
  writeHops(writer, restart.hops, version);
  writeCost(writer, restart.cost);
  writer.end(mark);
}
