import { readBlocked } from "./blocked.ts";
import { readClose } from "./close.ts";
import { readMaxData, readMaxStreamData, readMaxStreams } from "./credit.ts";
import { Cursor } from "./cursor.ts";
import { readDatagram } from "./datagram.ts";
import type { Frame } from "./frame.ts";
import { type Framing, hasRecords } from "./framing.ts";
import { readLegacy } from "./legacy.ts";
import { PARAMETERS, readParameters } from "./parameters.ts";
import { PING_REQUEST, PING_RESPONSE, readPing } from "./ping.ts";
import { readReset } from "./reset-stream.ts";
import { readStop } from "./stop-sending.ts";
import { readStream } from "./stream.ts";
import { Violation } from "./violation.ts";

/**
 * The frames of one WebSocket message, in order: one for `qmux-00` and legacy, any number (none, too) for the record
 * framings. `visit` returns false when it wants no more. Throws `Violation` on bytes that mean nothing.
 */
export function decodeMessage(framing: Framing, message: Uint8Array, visit: (frame: Frame) => boolean): void {
  if (framing === "legacy") {
    visit(readLegacy(message));
    return;
  }
  const cursor = new Cursor(message);
  if (!hasRecords(framing) && cursor.left === 0) throw new Violation("a frame is cut short");
  while (cursor.left > 0) {
    const frame = readFrame(framing, cursor);
    if (frame === undefined) continue;
    if (!hasRecords(framing) && cursor.left > 0) throw new Violation("malformed frame");
    if (!visit(frame)) return;
  }
}

/** One frame; undefined for padding. */
function readFrame(framing: Framing, cursor: Cursor): Frame | undefined {
  const exact = cursor.varint62();
  const type = typeof exact === "bigint" && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
  if (typeof type === "bigint") return readExtensionFrame(framing, type, cursor);
  if (type >= 0x08 && type <= 0x0f) return readStream(type, cursor);
  switch (type) {
    case 0x00:
      return undefined;
    case 0x04:
      return readReset(type, cursor);
    case 0x05:
      return readStop(cursor);
    case 0x10:
      return readMaxData(cursor);
    case 0x11:
      return readMaxStreamData(cursor);
    case 0x12:
    case 0x13:
      return readMaxStreams(type, cursor);
    case 0x14:
    case 0x15:
    case 0x16:
    case 0x17:
      return readBlocked(type, cursor);
    case 0x1c:
    case 0x1d:
      return readClose(type, cursor);
    case 0x24:
      if (framing === "qmux-02") return readReset(type, cursor);
      break;
    case 0x30:
    case 0x31:
      if (hasRecords(framing)) return readDatagram(type, cursor);
      break;
  }
  throw new Violation("unknown frame type");
}

/** The frames that QMux adds to those of QUIC. */
function readExtensionFrame(framing: Framing, type: bigint, cursor: Cursor): Frame {
  if (type === PARAMETERS) return readParameters(cursor);
  if (hasRecords(framing) && (type === PING_REQUEST || type === PING_RESPONSE)) return readPing(type, cursor);
  throw new Violation("unknown frame type");
}
