import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** How and what a subscription delivers: shared by SUBSCRIBE, SUBSCRIBE_UPDATE and SUBSCRIBE_OK. */
export interface Delivery {
  /** 0 to 255, higher first. */
  readonly priority: number;
  /** 03-05 carry it, nobody heeds it. */
  readonly ordered: boolean;
  /** How far a group may trail behind the newest and still be sent, milliseconds; 0 is the default. */
  readonly maxAge: number;
  /** First group. 03-05: absent is the latest one. 06: a floor, always present, 0 for none. */
  readonly startGroup: number | undefined;
  /** Last group, inclusive; absent for no end. */
  readonly endGroup: number | undefined;
}

export function readDelivery(cursor: Cursor, version: Version): Delivery {
  const priority = cursor.u8("priority");
  if (!version.subscribeRange) {
    return { priority, ordered: false, maxAge: 0, startGroup: undefined, endGroup: undefined };
  }
  const ordered = version.ordered && cursor.flag("ordered");
  const maxAge = cursor.varint("max age");
  const startGroup = version.startGroup === "floor" ? cursor.varint("start group") : cursor.optional("start group");
  const endGroup = cursor.optional("end group");
  return { priority, ordered, maxAge, startGroup, endGroup };
}

export function writeDelivery(writer: Writer, delivery: Delivery, version: Version): void {
  writer.u8(delivery.priority);
  if (!version.subscribeRange) return;
  if (version.ordered) writer.flag(delivery.ordered);
  writer.varint(delivery.maxAge);
  if (version.startGroup === "floor") writer.varint(delivery.startGroup ?? 0);
  else writer.optional(delivery.startGroup);
  writer.optional(delivery.endGroup);
}
