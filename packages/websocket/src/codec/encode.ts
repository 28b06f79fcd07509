import { writeClose } from "./close.ts";
import { writeMaxData, writeMaxStreamData, writeMaxStreams } from "./credit.ts";
import { writeDatagram } from "./datagram.ts";
import type { Frame } from "./frame.ts";
import type { Framing } from "./framing.ts";
import { writeLegacyClose, writeLegacyReset, writeLegacyStreamHeader } from "./legacy.ts";
import { writeParameters } from "./parameters.ts";
import { writePing } from "./ping.ts";
import { writeReset } from "./reset-stream.ts";
import { writeStop } from "./stop-sending.ts";
import { writeStreamHeader } from "./stream.ts";
import { Writer } from "./writer.ts";

/** More than any frame takes besides its payload; a reason is the longest. */
const OVERHEAD = 1_200;

/** One frame as bytes of its own. Stream payloads take a shorter way: only their header is written, into the message. */
export function encodeFrame(framing: Framing, frame: Frame): Uint8Array {
  const payload = frame.type === "stream" || frame.type === "datagram" ? frame.data.length : 0;
  const writer = new Writer(new Uint8Array(OVERHEAD + payload));
  if (framing === "legacy") writeLegacyFrame(writer, frame);
  else writeFrame(writer, frame);
  return writer.bytes.slice(0, writer.at);
}

function writeFrame(writer: Writer, frame: Frame): void {
  switch (frame.type) {
    case "stream":
      writeStreamHeader(writer, frame.id, frame.offset, frame.data.length, frame.fin);
      writer.put(frame.data);
      break;
    case "reset":
      writeReset(writer, frame.id, frame.code, frame.finalSize);
      break;
    case "stop":
      writeStop(writer, frame.id, frame.code);
      break;
    case "max-data":
      writeMaxData(writer, frame.max);
      break;
    case "max-stream-data":
      writeMaxStreamData(writer, frame.id, frame.max);
      break;
    case "max-streams":
      writeMaxStreams(writer, frame.kind, frame.max);
      break;
    case "close":
      writeClose(writer, frame.byApplication, frame.code, frame.reason);
      break;
    case "ping":
      writePing(writer, frame.response, frame.sequence);
      break;
    case "datagram":
      writeDatagram(writer, frame.data);
      break;
    case "parameters":
      writeParameters(writer, frame.parameters);
      break;
    case "blocked":
      throw new TypeError("BLOCKED frames are never sent");
  }
}

function writeLegacyFrame(writer: Writer, frame: Frame): void {
  switch (frame.type) {
    case "stream":
      writeLegacyStreamHeader(writer, frame.id, frame.fin);
      writer.put(frame.data);
      break;
    case "reset":
      writeLegacyReset(writer, frame.id, frame.code);
      break;
    case "stop":
      writeStop(writer, frame.id, frame.code);
      break;
    case "close":
      writeLegacyClose(writer, frame.byApplication, frame.code, frame.reason);
      break;
    default:
      throw new TypeError(`the legacy framing has no ${frame.type} frame`);
  }
}
