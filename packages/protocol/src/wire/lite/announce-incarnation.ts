import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";

/**
 * INCARNATION: when the publisher of the START or RESTART that comes next announced itself at its first relay. Only between
 * relays of this project, once both have said in their Setup that they are; others pass over the type. It takes no id.
 */
export interface AnnounceIncarnation {
  /** Milliseconds since 1970 by the clock of the first relay. */
  readonly incarnation: number;
}

/** Its announcement type: "MRLY" in ASCII, far from what drafts assign. */
export const INCARNATION = 0x4d52_4c59;

export function decodeAnnounceIncarnation(cursor: Cursor): AnnounceIncarnation {
  const incarnation = cursor.varint("incarnation");
  cursor.finish("INCARNATION");
  return { incarnation };
}

/** Writes length and body; the type before them is `encodeAnnouncement`'s. */
export function encodeAnnounceIncarnation(writer: Writer, announcement: AnnounceIncarnation): void {
  const mark = writer.begin();
  writer.varint(announcement.incarnation);
  writer.end(mark);
}
