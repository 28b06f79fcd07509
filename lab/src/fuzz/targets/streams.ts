import {
  Cursor,
  decodeDatagram,
  decodeFrameHeader,
  decodeGroupHeader,
  encodeDatagram,
  encodeFrameHeader,
  encodeGroupHeader,
  type FrameFormat,
  Framer,
  FrameScanner,
  transcoder,
  VERSIONS,
  type Version,
  WireError,
  Writer,
} from "@moq-relay/protocol/wire";
import { must, same, type Target } from "../target.ts";
import { WIRE_VECTORS, WIRE_WORDS } from "./wire-vectors.ts";

const ALL_VERSIONS: readonly Version[] = Object.values(VERSIONS);
const LIMIT = 2_000;
const MAX_FRAME = 3_000;

/** A target whose peer errors are `WireError`s. `read` gets the first byte of the input and all others. */
function wire(name: string, kinds: readonly string[], read: (first: number, bytes: Uint8Array) => string): Target {
  return {
    name: `wire/${name}`,
    maxInput: 4_096,
    maxAllocated: 16 << 20,
    weight: 1,
    dictionary: WIRE_WORDS,
    seeds: () =>
      WIRE_VECTORS.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).map(({ version, bytes }) =>
        Uint8Array.of(ALL_VERSIONS.indexOf(version), ...bytes.subarray(kinds.includes("datagram") ? 0 : 1)),
      ),
    run: (input) => {
      try {
        return read(input[0] ?? 0, input.subarray(1));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        return error.message.replace(/\d.*/s, "");
      }
    },
  };
}

/** Cuts at places that the bytes themselves choose, so that one input is always cut in the same way. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + (bytes[at]! % 13);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What comes of a reader: its values in short, and the error's code if it ended with one. */
function transcript(read: (say: (word: string | number | undefined) => void) => void): string {
  const said: (string | number | undefined)[] = [];
  try {
    read((word) => said.push(word));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    said.push(error.code);
  }
  return said.join();
}

/** Takes what is whole: types (0), messages (1), those with 16 bits of length (2), or typed ones (3). */
function takeAll(framer: Framer, which: number, say: (word: string | number | undefined) => void): void {
  for (;;) {
    if (which === 0) {
      const type = framer.type();
      if (type === undefined) return;
      say(type);
    } else if (which === 3) {
      const message = framer.typedMessage();
      if (message === undefined) return;
      say(message.type);
      say(message.body.remaining);
    } else {
      const body = which === 1 ? framer.message() : framer.message16();
      if (body === undefined) return;
      say(body.remaining);
      for (const byte of body.take("body", Math.min(4, body.remaining))) say(byte);
    }
  }
}

function frame(chunks: Iterable<Uint8Array>, which: number): string {
  return transcript((say) => {
    const framer = new Framer(LIMIT);
    for (const chunk of chunks) {
      framer.push(chunk);
      takeAll(framer, which, say);
      must(framer.reserved <= 2 * (LIMIT + 16), `it holds ${framer.reserved} bytes`);
    }
    framer.finish();
  });
}

const framer = wire("framer", [], (first, bytes) => {
  const which = first & 3;
  const whole = frame([bytes], which);
  must(whole === frame(pieces(bytes), which), "cut in pieces, something else is read");
  return `${which} ${whole.replaceAll(/\d+/g, "")}`.slice(0, 40);
});

function scan(format: FrameFormat, chunks: Iterable<Uint8Array>): string {
  return transcript((say) => {
    const scanner = new FrameScanner(format, { maxFrame: MAX_FRAME });
    let at = 0;
    for (const chunk of chunks) {
      scanner.push(
        chunk,
        (offset, payloadOffset, length, timestamp) => {
          must(
            offset >= at && payloadOffset > offset && length >= 0 && length <= MAX_FRAME,
            "offsets are out of order",
          );
          must((timestamp === undefined) === (format === "plain"), "a timestamp where there is none");
          must(
            timestamp === undefined || (Number.isSafeInteger(timestamp) && timestamp >= 0),
            `timestamp ${timestamp}`,
          );
          at = payloadOffset + length;
          say(payloadOffset);
          say(length);
          say(timestamp);
        },
        (end) => must(end === at, "a frame ends where it should not"),
      );
    }
    must(scanner.frames <= scanner.headers && scanner.headers <= scanner.frames + 1, "frames and headers differ");
    scanner.finish();
  });
}

const scanner = wire("frame-scanner", ["group-stream"], (first, bytes) => {
  const format = first & 1 ? "timed" : "plain";
  const whole = scan(format, [bytes]);
  must(whole === scan(format, pieces(bytes)), "cut in pieces, other frames are seen");
  return `${format} ${whole.replaceAll(/\d+/g, "")}`.slice(0, 40);
});

const transcoding = wire("transcoder", ["group-stream"], (first, bytes) => {
  const from = first & 1 ? "timed" : "plain";
  const to = first & 1 ? "plain" : "timed";
  const convert = (chunks: Iterable<Uint8Array>): Uint8Array => {
    const turn = transcoder(from, (frame) => frame * 33, MAX_FRAME);
    const all = new Writer();
    for (const chunk of chunks) {
      const turned = turn(chunk);
      must(turned.length <= 9 * chunk.length, `${chunk.length} bytes became ${turned.length}`);
      all.raw(turned);
    }
    return all.view();
  };
  const whole = convert([bytes]);
  must(same(whole, convert(pieces(bytes))), "cut in pieces, something else comes out");
  return `${from} ${scan(to, [whole]).replaceAll(/\d+/g, "")}`.slice(0, 40);
});

const group = wire("group-stream", ["group-stream"], (first, bytes) => {
  const version = ALL_VERSIONS[first % ALL_VERSIONS.length]!;
  const framer = new Framer(LIMIT);
  framer.push(bytes);
  const message = framer.message();
  if (message === undefined) return "short";
  const header = decodeGroupHeader(message, version);
  const writer = new Writer();
  encodeGroupHeader(writer, header, version);
  const frames = scan(version.frames, [framer.rest()]);
  const again = new Framer(LIMIT);
  again.push(writer.view());
  const { subscription, sequence, frameStart } = decodeGroupHeader(again.message()!, version);
  const { subscription: s, sequence: q, frameStart: f } = header;
  must(subscription === s && sequence === q && frameStart === f, "the header reads differently");
  return `${version.name} ${frames.replaceAll(/\d+/g, "")}`.slice(0, 40);
});

const datagram = wire("datagram", ["datagram"], (first, bytes) => {
  const version = ALL_VERSIONS[first % ALL_VERSIONS.length]!;
  const read = decodeDatagram(new Cursor(bytes), version);
  const writer = new Writer();
  encodeDatagram(writer, read, version);
  const again = decodeDatagram(new Cursor(writer.view()), version);
  must(again.sequence === read.sequence && again.timestamp === read.timestamp, "it reads differently");
  must(same(again.payload, read.payload), "the payload changed");
  return version.name;
});

const frameHeader = wire("frame-header", ["group-stream"], (first, bytes) => {
  const format = first & 1 ? "timed" : "plain";
  const header = decodeFrameHeader(new Cursor(bytes), format);
  const writer = new Writer();
  encodeFrameHeader(writer, header, format);
  const again = decodeFrameHeader(new Cursor(writer.view()), format);
  must(again.delta === header.delta && again.length === header.length, "it reads differently");
  return `${format} ${Math.sign(header.delta)}`;
});

/** What is read from streams besides single messages. */
export const STREAM_TARGETS: readonly Target[] = [framer, scanner, transcoding, group, datagram, frameHeader];
