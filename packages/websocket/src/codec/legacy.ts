import { decodeReason, encodeReason } from "./close.ts";
import { Cursor } from "./cursor.ts";
import type { Frame } from "./frame.ts";
import { Violation } from "./violation.ts";
import type { Writer } from "./writer.ts";

/** Reads a message of the legacy framing: exactly one frame, its payload runs to the end. */
export function readLegacy(message: Uint8Array): Frame {
  const cursor = new Cursor(message);
  const type = cursor.varint();
  switch (type) {
    case 0x08:
    case 0x09:
      return { type: "stream", id: cursor.varint(), offset: 0, data: cursor.rest(), fin: type === 0x09 };
    case 0x04:
      return { type: "reset", id: cursor.varint(), code: cursor.code(), finalSize: 0, at: false };
    case 0x05:
      return { type: "stop", id: cursor.varint(), code: cursor.code() };
    case 0x1c:
    case 0x1d:
      return {
        type: "close",
        byApplication: type === 0x1d,
        code: cursor.code(),
        reason: decodeReason(cursor.rest()),
      };
    default:
      throw new Violation("unknown frame type");
  }
}

/** Writes all of a STREAM frame but its payload, which follows. */
export function writeLegacyStreamHeader(writer: Writer, id: number, fin: boolean): void {
  writer.varint(fin ? 0x09 : 0x08);
  writer.varint(id);
}

export function writeLegacyReset(writer: Writer, id: number, code: number): void {
  writer.varint(0x04);
  writer.varint(id);
  writer.varint(code);
}

export function writeLegacyClose(writer: Writer, byApplication: boolean, code: number, reason: string): void {
  writer.varint(byApplication ? 0x1d : 0x1c);
  writer.varint(code);
  writer.put(encodeReason(reason));
}
