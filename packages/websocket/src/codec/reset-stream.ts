import type { Cursor } from "./cursor.ts";
import { Violation } from "./violation.ts";
import type { Writer } from "./writer.ts";

/** RESET_STREAM (0x04) and RESET_STREAM_AT (0x24, qmux-02 only): the sender abandons a stream. */
export interface ResetFrame {
  readonly type: "reset";
  readonly id: number;
  readonly code: number;
  /** All bytes that the sender counted for this stream. 0 from some released peers, and always in the legacy framing. */
  readonly finalSize: number;
  /** True for RESET_STREAM_AT. Messages come in order, so its reliable part has arrived and it means the same. */
  readonly at: boolean;
}

export function readReset(type: number, cursor: Cursor): ResetFrame {
  const id = cursor.varint();
  const code = cursor.code();
  const finalSize = cursor.varint();
  const at = type === 0x24;
  if (at && cursor.varint() > finalSize) throw new Violation("malformed frame");
  return { type: "reset", id, code, finalSize, at };
}

export function writeReset(writer: Writer, id: number, code: number, finalSize: number): void {
  writer.varint(0x04);
  writer.varint(id);
  writer.varint(code);
  writer.varint(finalSize);
}
