import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import { readTerms, type SubscribeTerms, writeTerms } from "./subscribe.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** SUBSCRIBE_UPDATE: the subscriber's new terms, all of them. Any number on a subscribe stream. moq-lite 03-06. */
export interface SubscribeUpdate extends SubscribeTerms {}

export function decodeSubscribeUpdate(cursor: Cursor, version: Version): SubscribeUpdate {
  requireMessage(version.subscribeUpdate, "SUBSCRIBE_UPDATE", version);
  const terms = readTerms(cursor, version);
  cursor.finish("SUBSCRIBE_UPDATE");
  return terms;
}

export function encodeSubscribeUpdate(writer: Writer, update: SubscribeUpdate, version: Version): void {
  requireMessage(version.subscribeUpdate, "SUBSCRIBE_UPDATE", version);
  const mark = writer.begin();
  writeTerms(writer, update, version);
  writer.end(mark);
}
