import type { Cursor } from "./cursor.ts";
import type { Writer } from "./writer.ts";

/** CONNECTION_CLOSE (0x1c): the transport failed. APPLICATION_CLOSE (0x1d): the application said goodbye. */
export interface CloseFrame {
  readonly type: "close";
  readonly byApplication: boolean;
  readonly code: number;
  readonly reason: string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The longest reason that is sent, bytes. */
export const MAX_REASON = 1_024;

/** The bytes of a reason, cut to `MAX_REASON` at the border of a character. */
export function encodeReason(reason: string): Uint8Array {
  const bytes = new Uint8Array(MAX_REASON);
  return bytes.subarray(0, encoder.encodeInto(reason, bytes).written);
}

export function decodeReason(bytes: Uint8Array): string {
  return decoder.decode(bytes.subarray(0, MAX_REASON));
}

export function readClose(type: number, cursor: Cursor): CloseFrame {
  const byApplication = type === 0x1d;
  const code = cursor.code();
  // The type of the frame that offended: only in the transport's own close, and of no use here.
  if (!byApplication) cursor.varint62();
  const reason = decodeReason(cursor.take(cursor.varint()));
  return { type: "close", byApplication, code, reason };
}

export function writeClose(writer: Writer, byApplication: boolean, code: number, reason: string): void {
  writer.varint(byApplication ? 0x1d : 0x1c);
  writer.varint(code);
  if (!byApplication) writer.varint(0);
  writer.prefixed(encodeReason(reason));
}
