import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** Which frames are wanted of the first and of the last group. Versions before 06 want all. */
export interface FrameBounds {
  /** First frame of the first group. */
  readonly startFrame: number;
  /** Last frame of the last group, inclusive; absent for all. */
  readonly endFrame: number | undefined;
}

const ALL_FRAMES: FrameBounds = { startFrame: 0, endFrame: undefined };

export function readFrameBounds(cursor: Cursor, version: Version): FrameBounds {
  if (!version.frameBounds) return ALL_FRAMES;
  const startFrame = cursor.varint("start frame");
  const endFrame = cursor.optional("end frame");
  return { startFrame, endFrame };
}

export function writeFrameBounds(writer: Writer, bounds: FrameBounds, version: Version): void {
  if (!version.frameBounds) return;
  writer.varint(bounds.startFrame);
  writer.optional(bounds.endFrame);
}
