import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_HOPS } from "../limits.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/**
 * Reads the hops of an announcement, publisher first: a count and as many ids. Where a version sends the count alone all
 * ids are 0, where it sends nothing the list is empty. A nonzero id may stand in it once; 0 is nobody and may repeat.
 */
export function readHops(cursor: Cursor, version: Version): HopId[] {
  const hops: HopId[] = [];
  if (version.hops === "none") return hops;
  const count = cursor.varint("hop count");
  if (count > MAX_HOPS) throw new WireError("too-many-hops", `${count} hops`);
  for (let i = 0; i < count; i++) {
    const hop = version.hops === "ids" ? cursor.bigVarint("hop") : 0n;
    if (hop !== 0n && hops.includes(hop)) throw new WireError("duplicate-hop", `hop ${hop}`);
    hops.push(hop);
  }
  return hops;
}

/** Writes hops in the form that the version has. */
export function writeHops(writer: Writer, hops: readonly HopId[], version: Version): void {
  if (version.hops === "none") return;
  writer.varint(hops.length);
  if (version.hops === "count") return;
  for (const hop of hops) writer.bigVarint(hop);
}
