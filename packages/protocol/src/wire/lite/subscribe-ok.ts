import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import { type Delivery, readDelivery, writeDelivery } from "./delivery.ts";
import type { Version } from "./versions.ts";

/** SUBSCRIBE_OK: the publisher accepts, and says on which terms. moq-lite 01-04; 01 has the priority only, 02 nothing. */
export interface SubscribeOk extends Delivery {}

const NO_TERMS: SubscribeOk = {
  priority: 0,
  ordered: false,
  maxAge: 0,
  startGroup: undefined,
  endGroup: undefined,
};

export function decodeSubscribeOk(cursor: Cursor, version: Version): SubscribeOk {
  const ok = version.subscribeReply === "ok-empty" ? NO_TERMS : readDelivery(cursor, version);
  cursor.finish("SUBSCRIBE_OK");
  return ok;
}

/** Writes length and body; the type before them (03, 04) is `encodeSubscribeReply`'s. */
export function encodeSubscribeOk(writer: Writer, ok: SubscribeOk, version: Version): void {
  const mark = writer.begin();
  if (version.subscribeReply !== "ok-empty") writeDelivery(writer, ok, version);
  writer.end(mark);
}
