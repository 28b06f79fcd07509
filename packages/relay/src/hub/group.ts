import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { FrameFormat } from "@moq-relay/protocol/session";
import { transcoder } from "@moq-relay/protocol/wire";
import { type GroupOptions, GroupView } from "./group-view.ts";
import type { Reader } from "./reader.ts";

/**
 * One group of a track: the bytes as they came, and at most one other form of them for readers whose dialect frames them
 * differently, made once when the first of these appears.
 */
export class Group {
  readonly sequence: number;
  readonly rank: number;
  /** When its first byte came, milliseconds of the relay's clock. */
  readonly createdAt: number;
  readonly source: GroupView;
  readonly #options: GroupOptions;
  #other: { view: GroupView; convert: (chunk: Uint8Array) => Uint8Array } | undefined;
  #state: "open" | "finished" | "aborted" = "open";
  #released = false;

  constructor(
    format: FrameFormat,
    place: { sequence: number; rank: number; frameStart: number; createdAt: number },
    options: GroupOptions,
  ) {
    this.sequence = place.sequence;
    this.rank = place.rank;
    this.createdAt = place.createdAt;
    this.#options = options;
    this.source = new GroupView(format, place, options);
  }

  get open(): boolean {
    return this.#state === "open";
  }

  get finished(): boolean {
    return this.#state === "finished";
  }

  /** Whether it can be had from this frame on, now or when it comes. */
  serves(frame: number): boolean {
    return this.#state !== "aborted" && !this.#released && this.source.frameStart <= frame;
  }

  /** Bytes in the form in which they came. */
  get length(): number {
    return this.source.log.length;
  }

  /** Bytes of memory that it holds, all forms together. */
  get weight(): number {
    return this.source.weight + (this.#other?.view.weight ?? 0);
  }

  /** Carriers that are bringing it to somebody, counted for each form. */
  get lanes(): number {
    return this.source.lanes + (this.#other?.view.lanes ?? 0);
  }

  /** Streams of it that are not delivered yet. */
  get undelivered(): number {
    return this.source.undelivered + (this.#other?.view.undelivered ?? 0);
  }

  /**
   * Appends to every form. `stamp` (milliseconds) dates frames that carry no timestamp.
   * @throws WireError when the frames make no sense or pass a limit.
   */
  append(chunk: Uint8Array, stamp: number): void {
    this.source.append(chunk, stamp);
    if (!this.#other) return;
    const converted = this.#other.convert(chunk);
    if (converted.length > 0) this.#other.view.append(converted, stamp);
  }

  finish(): void {
    if (!this.open) return;
    this.#state = "finished";
    for (const view of this.#views()) view.finish();
  }

  /** Breaks off every stream that is not delivered; nothing more is taken. */
  abort(code: number): void {
    if (this.open) this.#state = "aborted";
    for (const view of this.#views()) view.abort(code);
  }

  /** Opens a stream of this group to each of the readers, all of which want it from the same frames. */
  deliver(readers: readonly Reader[], firstFrame: number, lastFrame: number): void {
    for (const format of FORMATS) {
      const some = readers.filter((reader) => reader.subscriber.format === format);
      if (some.length > 0) this.#view(format).open(some, firstFrame, lastFrame);
    }
  }

  /** Breaks off this group for one reader. */
  drop(reader: Reader, code: number): void {
    for (const view of this.#views()) view.drop(reader, code);
  }

  rerank(reader: Reader): void {
    for (const view of this.#views()) view.rerank(reader);
  }

  /** Breaks it off and gives its memory back; nobody must use it afterwards. */
  release(code: number): void {
    this.#released = true;
    this.abort(code);
    for (const view of this.#views()) view.release();
  }

  #views(): GroupView[] {
    return this.#other ? [this.source, this.#other.view] : [this.source];
  }

  #view(format: FrameFormat): GroupView {
    if (format === this.source.format) return this.source;
    if (!this.#other) this.#other = this.#translate(format);
    return this.#other.view;
  }

  #translate(format: FrameFormat) {
    const { sequence, rank, source } = this;
    const view = new GroupView(format, { sequence, rank, frameStart: source.frameStart }, this.#options);
    const convert = transcoder(source.format, (frame) => source.index.timestamp(frame) ?? 0, this.#options.maxFrame);
    for (let at = 0; at < source.log.length; ) {
      const piece = source.log.read(at);
      const converted = convert(piece);
      if (converted.length > 0) view.append(converted, this.createdAt);
      at += piece.length;
    }
    if (this.finished) view.finish();
    // The memory that this took may have cost the group its place.
    if (this.#released) {
      view.abort(STREAM_CODE.evicted);
      view.release();
    }
    return { view, convert };
  }
}

const FORMATS: readonly FrameFormat[] = ["timed", "plain"];
