import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** DROP: these groups will never come on this subscription. moq-lite 03-06. */
export interface SubscribeDrop {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  /** A stream error code. */
  readonly error: number;
}

export function decodeSubscribeDrop(cursor: Cursor, _version: Version): SubscribeDrop {
  const first = cursor.varint("first group");
  const last = cursor.varint("last group");
  const error = cursor.varint("error");
  cursor.finish("DROP");
  if (last < first) throw new WireError("bad-value", `groups ${first} to ${last} dropped`);
  return { first, last, error };
}

/** Writes length and body; the type before them is `encodeSubscribeReply`'s. */
export function encodeSubscribeDrop(writer: Writer, drop: SubscribeDrop, _version: Version): void {
  const mark = writer.begin();
  writer.varint(drop.first);
  writer.varint(drop.last);
  writer.varint(drop.error);
  writer.end(mark);
}
