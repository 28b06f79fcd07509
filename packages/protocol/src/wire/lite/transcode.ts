import { Writer } from "../writer.ts";
import { encodeFrameHeader } from "./frame-header.ts";
import { FrameScanner } from "./frame-scanner.ts";
import type { FrameFormat } from "./versions.ts";

/** Takes the next bytes of a group in one frame format and returns what they are in the other, perhaps nothing. */
export type Transcoder = (chunk: Uint8Array) => Uint8Array;

/** The timestamp of a frame, given its index on the stream (0, 1, 2 …): an integer from 0 to 2^53 - 1. */
export type StampOf = (frame: number) => number;

/**
 * Converts the body of a group stream from the format `from` to the other one, as it comes: payload bytes leave with the
 * chunk that brought them. A chunk that is all payload is returned itself, any other as a new buffer. Plain frames
 * get the timestamps that `stampOf` says, timed frames lose theirs.
 *
 * It throws what `FrameScanner.push` throws, and must not be used again then.
 */
export function transcoder(from: FrameFormat, stampOf: StampOf, maxFrame: number): Transcoder {
  const scanner = new FrameScanner(from, { maxFrame });
  return from === "plain" ? plainToTimed(scanner, stampOf) : timedToPlain(scanner);
}

function plainToTimed(scanner: FrameScanner, stampOf: StampOf): Transcoder {
  let previous = 0;
  return rewriter(scanner, (writer, length) => {
    const timestamp = stampOf(scanner.headers - 1);
    encodeFrameHeader(writer, { delta: timestamp - previous, length }, "timed");
    previous = timestamp;
  });
}

function timedToPlain(scanner: FrameScanner): Transcoder {
  return rewriter(scanner, (writer, length) => writer.varint(length));
}

/** Room for the headers that a chunk usually brings, so that the buffer seldom has to grow. */
const HEADER_ROOM = 64;

function rewriter(scanner: FrameScanner, writeHeader: (writer: Writer, length: number) => void): Transcoder {
  return (chunk) => {
    const base = scanner.offset;
    let writer: Writer | undefined;
    // Up to here the chunk is converted.
    let done = 0;
    scanner.push(chunk, (offset, payloadOffset, length) => {
      writer ??= new Writer(chunk.length + HEADER_ROOM);
      // The end of the payload before. A header that began in an earlier chunk has none in front of it here.
      if (offset - base > done) writer.raw(chunk.subarray(done, offset - base));
      writeHeader(writer, length);
      done = payloadOffset - base;
    });
    // All the rest is payload, but for a header that is not whole.
    const inPayload = scanner.headers > scanner.frames;
    const end = inPayload ? chunk.length : Math.max(scanner.boundary - base, 0);
    if (writer === undefined) return end === chunk.length ? chunk : chunk.subarray(0, end);
    if (end > done) writer.raw(chunk.subarray(done, end));
    return writer.view();
  };
}
