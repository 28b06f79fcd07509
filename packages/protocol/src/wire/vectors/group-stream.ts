import { Framer } from "../framer.ts";
import { MAX_CONTROL_MESSAGE, MAX_FRAME } from "../limits.ts";
import {
  decodeGroupHeader,
  encodeFrameHeader,
  encodeGroupHeader,
  FrameScanner,
  type GroupHeader,
  UNI,
  type Version,
} from "../lite/index.ts";
import type { Writer } from "../writer.ts";

/** A whole group stream, put together from its parts. */
export interface GroupStream extends GroupHeader {
  readonly frames: readonly { readonly timestamp?: number; readonly payload: Uint8Array }[];
}

/** Reads the chunks of a group stream up to its end. */
export function readGroupStream(chunks: readonly Uint8Array[], version: Version): GroupStream {
  const framer = new Framer(MAX_CONTROL_MESSAGE);
  const scanner = new FrameScanner(version.frames, { maxFrame: MAX_FRAME });
  const found: { start: number; length: number; timestamp: number | undefined }[] = [];
  const body: number[] = [];
  let type: number | undefined;
  let header: GroupHeader | undefined;
  for (const chunk of chunks) {
    framer.push(chunk);
    type ??= framer.type();
    if (type === undefined) continue;
    if (header === undefined) {
      const message = framer.message();
      header = message && decodeGroupHeader(message, version);
      if (header === undefined) continue;
    }
    const rest = framer.rest();
    body.push(...rest);
    scanner.push(rest, (_offset, start, length, timestamp) => found.push({ start, length, timestamp }));
  }
  framer.finish();
  scanner.finish();
  if (type !== UNI.group || header === undefined) throw new Error("no group header");
  const frames = found.map(({ start, length, timestamp }) => ({
    ...(timestamp !== undefined && { timestamp }),
    payload: Uint8Array.from(body.slice(start, start + length)),
  }));
  return { ...header, frames };
}

export function writeGroupStream(writer: Writer, group: GroupStream, version: Version): void {
  writer.varint(UNI.group);
  encodeGroupHeader(writer, group, version);
  let previous = 0;
  for (const { timestamp = 0, payload } of group.frames) {
    encodeFrameHeader(writer, { delta: timestamp - previous, length: payload.length }, version.frames);
    writer.raw(payload);
    previous = timestamp;
  }
}
