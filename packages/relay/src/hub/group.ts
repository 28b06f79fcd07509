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
  /** When its first byte came, and when the last; milliseconds of the relay's clock. */
  readonly createdAt: number;
  readonly source: GroupView;
  readonly #options: GroupOptions;
  readonly #onIdle: () => void;
  #other: { view: GroupView; convert: (chunk: Uint8Array) => Uint8Array } | undefined;
  #state: "open" | "finished" | "aborted" = "open";
  #code = 0;

  /** @param onIdle called when the group is over and its last undelivered stream is gone. */
  constructor(
    format: FrameFormat,
    place: { sequence: number; rank: number; frameStart: number; createdAt: number },
    options: GroupOptions,
    onIdle: () => void,
  ) {
    this.sequence = place.sequence;
    this.rank = place.rank;
    this.createdAt = place.createdAt;
    this.#options = options;
    this.#onIdle = onIdle;
    this.source = new GroupView(format, place, options, () => this.#idle());
  }

  get open(): boolean {
    return this.#state === "open";
  }

  get finished(): boolean {
    return this.#state === "finished";
  }

  /** Why it was broken off. */
  get code(): number {
    return this.#code;
  }

  /** Bytes in the form in which they came. */
  get length(): number {
    return this.source.log.length;
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
    if (this.undelivered === 0) this.#idle();
  }

  abort(code: number): void {
    if (!this.open) return;
    this.#state = "aborted";
    this.#code = code;
    for (const view of this.#views()) view.abort(code);
    this.#idle();
  }

  /** Opens a stream of this group to each of the readers that wants it from the same frames. */
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

  /** Whether a stream of it to this reader is open. */
  reads(reader: Reader): boolean {
    return this.#views().some((view) => view.reads(reader));
  }

  /** Gives up on all streams that have not drained. */
  expire(code: number): void {
    for (const view of this.#views()) view.expire(code);
    this.#idle();
  }

  /** Gives its memory back; nobody must use it afterwards. */
  release(): void {
    for (const view of this.#views()) {
      view.expire(0);
      view.release();
    }
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
    const place = { sequence, rank, frameStart: source.frameStart };
    const view = new GroupView(format, place, this.#options, () => this.#idle());
    const convert = transcoder(source.format, (frame) => source.index.timestamp(frame) ?? 0, this.#options.maxFrame);
    for (let at = 0; at < source.log.length; ) {
      const piece = source.log.read(at);
      const converted = convert(piece);
      if (converted.length > 0) view.append(converted, this.createdAt);
      at += piece.length;
    }
    if (this.finished) view.finish();
    return { view, convert };
  }

  #idle(): void {
    if (!this.open && this.undelivered === 0) this.#onIdle();
  }
}

const FORMATS: readonly FrameFormat[] = ["timed", "plain"];
