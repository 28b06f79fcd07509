import type { Cursor } from "./cursor.ts";

/** DATA_BLOCKED, STREAM_DATA_BLOCKED, STREAMS_BLOCKED (0x14 to 0x17): the peer would send more. It asks for nothing. */
export interface BlockedFrame {
  readonly type: "blocked";
}

export function readBlocked(type: number, cursor: Cursor): BlockedFrame {
  if (type === 0x15) cursor.varint();
  cursor.varint();
  return { type: "blocked" };
}
