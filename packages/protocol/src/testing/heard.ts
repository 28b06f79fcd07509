import type { BidiEvents, BidiStream, RecvEvents, RecvStream, SendEvents, SendStream } from "../transport/index.ts";
import {
  decodeGroupHeader,
  encodeFrameHeader,
  Framer,
  FrameScanner,
  UNI,
  type Version,
  Writer,
} from "../wire/index.ts";

const MAX = 64 << 20;

/** What `write` writes. */
export function bytesOf(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.copy();
}

/** What was received on one direction of a stream, and how it ended. */
export class Heard implements RecvEvents {
  length = 0;
  fin = false;
  reset: number | undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly #framer = new Framer(MAX);
  /** Told of everything that arrives, for tests that act at once. */
  whenHeard: (() => void) | undefined;

  get bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  /** What `read` takes from the stream, behind what was taken before; undefined when it has not arrived. */
  take<T>(read: (framer: Framer) => T | undefined): T | undefined {
    return read(this.#framer);
  }

  /** Everything that `read` can take from the stream. */
  takeAll<T>(read: (framer: Framer) => T | undefined): T[] {
    const all: T[] = [];
    for (let one = read(this.#framer); one !== undefined; one = read(this.#framer)) all.push(one);
    return all;
  }

  onData(bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.#chunks.push(copy);
    this.#framer.push(copy);
    this.length += copy.length;
    this.whenHeard?.();
  }

  onFin(): void {
    this.fin = true;
    this.whenHeard?.();
  }

  onReset(code: number): void {
    this.reset = code;
    this.whenHeard?.();
  }
}

/** A one-way stream that the other side opened. */
export class HeardUni extends Heard {
  readonly stream: RecvStream;

  constructor(stream: RecvStream) {
    super();
    this.stream = stream;
  }

  stop(code: number): void {
    this.stream.stop(code);
  }
}

/** A stream of this side, and how the other one takes it. */
export class Said implements SendEvents {
  stream!: SendStream;
  /** The code with which the other side stopped it. */
  stopped: number | undefined;
  delivered = false;

  write(write: Uint8Array | ((writer: Writer) => void)): this {
    this.stream.write(typeof write === "function" ? bytesOf(write) : write);
    return this;
  }

  finish(): this {
    this.stream.finish();
    return this;
  }

  reset(code: number): this {
    this.stream.reset(code);
    return this;
  }

  onStopped(_: number, code: number): void {
    this.stopped = code;
  }

  onDelivered(): void {
    this.delivered = true;
  }

  onPressure(): void {}
  onDrained(): void {}
  onOverflow(): void {}
}

/** A two-way stream, whoever opened it. */
export class HeardBidi extends Heard implements BidiEvents {
  readonly said: Said = new Said();
  #stream: BidiStream | undefined;

  bind(stream: BidiStream): this {
    this.#stream = stream;
    this.said.stream = stream.send;
    return this;
  }

  get stopped(): number | undefined {
    return this.said.stopped;
  }

  write(write: Uint8Array | ((writer: Writer) => void)): this {
    this.said.write(write);
    return this;
  }

  finish(): this {
    this.said.finish();
    return this;
  }

  abandon(code: number): this {
    this.said.reset(code);
    return this;
  }

  stop(code: number): this {
    this.#stream?.recv.stop(code);
    return this;
  }

  pause(): void {
    this.#stream?.recv.pause();
  }

  resume(): void {
    this.#stream?.recv.resume();
  }

  onStopped(stream: number, code: number): void {
    this.said.onStopped(stream, code);
  }

  onDelivered(): void {
    this.said.onDelivered();
  }

  onPressure(): void {}
  onDrained(): void {}
  onOverflow(): void {}
}

/** One frame; plain ones have no timestamp. */
export interface Frame {
  readonly timestamp?: number;
  readonly payload: string;
}

/** A group stream as its reader sees it. */
export interface HeardGroup {
  readonly subscription: number;
  readonly sequence: number;
  readonly frameStart: number;
  /** Frames that are whole. */
  readonly frames: readonly Frame[];
  /** "open", "fin", or the code of its reset. */
  readonly end: "open" | "fin" | number;
  readonly uni: HeardUni;
}

/** Reads a one-way stream as a group; undefined when it is none, or its header has not arrived. */
export function groupOf(uni: HeardUni, version: Version): HeardGroup | undefined {
  const framer = new Framer(MAX);
  framer.push(uni.bytes);
  if (framer.type() !== UNI.group) return undefined;
  const body = framer.message();
  if (!body) return undefined;
  const header = decodeGroupHeader(body, version);
  const end = uni.reset ?? (uni.fin ? "fin" : "open");
  return { ...header, frames: readFrames(framer.rest(), version), end, uni };
}

/** The whole frames in what stands behind a group header, or in the answer to a fetch. */
export function readFrames(bytes: Uint8Array, version: Version): Frame[] {
  const frames: Frame[] = [];
  const begun: { timestamp: number | undefined; from: number; to: number }[] = [];
  new FrameScanner(version.frames, { maxFrame: MAX }).push(
    bytes,
    (_, from, length, timestamp) => begun.push({ timestamp, from, to: from + length }),
    () => {
      const { timestamp, from, to } = begun[frames.length]!;
      const payload = new TextDecoder().decode(bytes.subarray(from, to));
      frames.push(timestamp === undefined ? { payload } : { timestamp, payload });
    },
  );
  return frames;
}

/** Frames as they stand on a group stream; the first timestamp counts from `after`. */
export function writeFrames(frames: readonly Frame[], version: Pick<Version, "frames">, after = 0): Uint8Array {
  return bytesOf((writer) => {
    let before = after;
    for (const { timestamp = 0, payload } of frames) {
      const bytes = new TextEncoder().encode(payload);
      encodeFrameHeader(writer, { delta: timestamp - before, length: bytes.length }, version.frames);
      writer.raw(bytes);
      before = timestamp;
    }
  });
}
