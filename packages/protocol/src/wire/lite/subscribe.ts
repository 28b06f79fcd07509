import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_TRACK_NAME } from "../limits.ts";
import { readPath } from "../path.ts";
import type { Writer } from "../writer.ts";
import { type Delivery, readDelivery, writeDelivery } from "./delivery.ts";
import { type FrameBounds, readFrameBounds, writeFrameBounds } from "./frame-bounds.ts";
import { type NamedPublisher, readNamedPublisher, writeNamedPublisher } from "./named-publisher.ts";
import type { Version } from "./versions.ts";

/** What a subscriber may change later. */
export interface SubscribeTerms extends Delivery, FrameBounds {}

/** SUBSCRIBE: send me a track. First message of a subscribe stream (bidi 2). moq-lite 01-06. */
export interface Subscribe extends SubscribeTerms, NamedPublisher {
  /** Chosen by the subscriber, never used twice in a session. Group streams name it. */
  readonly id: number;
  readonly broadcast: string;
  readonly track: string;
}

/** @param named whether it names the publisher. */
export function decodeSubscribe(cursor: Cursor, version: Version, named = false): Subscribe {
  const id = cursor.varint("subscription id");
  const broadcast = readPath(cursor, "broadcast");
  const track = cursor.string("track", MAX_TRACK_NAME);
  const terms = readTerms(cursor, version);
  const who = readNamedPublisher(cursor, named);
  cursor.finish("SUBSCRIBE");
  return { id, broadcast, track, ...terms, ...who };
}

export function encodeSubscribe(writer: Writer, subscribe: Subscribe, version: Version): void {
  const mark = writer.begin();
  writer.varint(subscribe.id);
  writer.string(subscribe.broadcast);
  writer.string(subscribe.track);
  writeTerms(writer, subscribe, version);
  writeNamedPublisher(writer, subscribe);
  writer.end(mark);
}

/** The part that SUBSCRIBE_UPDATE repeats. */
export function readTerms(cursor: Cursor, version: Version): SubscribeTerms {
  const delivery = readDelivery(cursor, version);
  const bounds = readFrameBounds(cursor, version);
  if (bounds.endFrame !== undefined && delivery.endGroup === undefined) {
    throw new WireError("bad-value", "end frame without an end group");
  }
  return { ...delivery, ...bounds };
}

export function writeTerms(writer: Writer, terms: SubscribeTerms, version: Version): void {
  writeDelivery(writer, terms, version);
  writeFrameBounds(writer, terms, version);
}
