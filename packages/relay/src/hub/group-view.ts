import { ByteLog, type CacheBudget, FrameIndex, STREAM_CODE } from "@moq-relay/protocol/model";
import type { FrameFormat } from "@moq-relay/protocol/session";
import type { Carrier } from "@moq-relay/protocol/transport";
import { FrameScanner, varintLength, WireError, writeTimestamp } from "@moq-relay/protocol/wire";
import type { HubCounters } from "./counters.ts";
import { Lane, type StartPoint } from "./lane.ts";
import type { Reader } from "./reader.ts";

/** What all views and groups of a hub share. */
export interface GroupOptions {
  /** Above this many bytes queued in the transport a stream is read from the log at its own pace. */
  readonly highMark: number;
  /** Largest frame, bytes. */
  readonly maxFrame: number;
  /** Largest group, bytes, and the most frames it may have. */
  readonly maxGroup: number;
  readonly maxFrames: number;
  readonly budget: CacheBudget;
  readonly counters: HubCounters;
}

/**
 * A group in one frame format: its bytes, where its frames lie, and everybody who receives it so. What follows the group
 * header is the same for all of them, so it is forwarded as it came.
 */
export class GroupView {
  readonly format: FrameFormat;
  readonly sequence: number;
  readonly rank: number;
  /** Index of the first frame in the log; 0 unless the head of the group is lost. */
  readonly frameStart: number;
  readonly log: ByteLog = new ByteLog();
  readonly index: FrameIndex = new FrameIndex();
  readonly #options: GroupOptions;
  readonly #scanner: FrameScanner;
  readonly #lanes = new Map<Carrier, Lane>();
  /** Readers that begin at a frame which is not here yet. */
  #waiting: { reader: Reader; frame: number; lastFrame: number }[] = [];
  #charged = 0;
  /** Dates the frames of the chunk in hand, where they carry no timestamp. */
  #stamp = 0;
  #state: "open" | "finished" | "aborted" = "open";
  #released = false;

  constructor(
    format: FrameFormat,
    place: { sequence: number; rank: number; frameStart: number },
    options: GroupOptions,
  ) {
    this.format = format;
    this.sequence = place.sequence;
    this.rank = place.rank;
    this.frameStart = place.frameStart;
    this.#options = options;
    this.#scanner = new FrameScanner(format, { maxFrame: options.maxFrame });
    this.#charge();
  }

  get highMark(): number {
    return this.#options.highMark;
  }

  get counters(): HubCounters {
    return this.#options.counters;
  }

  /** Whether the log ends inside a frame. */
  get partial(): boolean {
    return this.#scanner.partial;
  }

  /** Bytes of memory that it holds. */
  get weight(): number {
    return BYTES_PER_GROUP + this.log.allocated + this.index.begun * BYTES_PER_FRAME;
  }

  /** Carriers that are bringing it to somebody. */
  get lanes(): number {
    return this.#lanes.size;
  }

  /** Streams that are not delivered yet. */
  get undelivered(): number {
    let sum = 0;
    for (const lane of this.#lanes.values()) sum += lane.size;
    return sum;
  }

  /**
   * Appends and forwards.
   * @throws WireError when the frames make no sense or pass a limit; nothing of the chunk is kept then.
   */
  append(chunk: Uint8Array, stamp: number): void {
    if (this.log.length + chunk.length > this.#options.maxGroup) throw new WireError("message-too-large", "group");
    this.#stamp = stamp;
    this.#scanner.push(chunk, this.#onFrame, this.#onFrameEnd);
    const frames = this.frameStart + this.index.begun;
    if (frames > this.#options.maxFrames) throw new WireError("message-too-large", "frames of a group");
    this.log.append(chunk);
    this.#charge();
    for (const lane of this.#lanes.values()) lane.write(chunk);
    if (this.#waiting.length > 0) this.#admit();
  }

  finish(): void {
    if (this.#state !== "open") return;
    this.#state = "finished";
    // What is not here by now never comes.
    for (const { reader } of this.#noLongerWaiting()) reader.answer?.empty();
    for (const lane of this.#lanes.values()) lane.finish();
  }

  /** Breaks off every stream that is not delivered. */
  abort(code: number): void {
    if (this.#state === "open") this.#state = "aborted";
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    for (const lane of lanes) lane.reset(code);
    for (const { reader } of this.#noLongerWaiting()) reader.answer?.broken(code);
  }

  /**
   * Opens a stream of this group to each reader, from frame `frame` up to `lastFrame` of the group; later, when that frame
   * is still to come. Never, when the group begins behind it here (its head is lost) or was broken off: then who asked for
   * this very group is told.
   */
  open(readers: readonly Reader[], frame: number, lastFrame: number): void {
    if (frame < this.frameStart || this.#state === "aborted") {
      for (const { answer } of readers) answer?.broken(STREAM_CODE.evicted);
      return;
    }
    const from = this.#startPoint(frame, lastFrame);
    if (!from) {
      for (const reader of readers) {
        if (this.#state === "open") this.#waiting.push({ reader, frame, lastFrame });
        else reader.answer?.empty();
      }
      return;
    }
    for (const [carrier, some] of byCarrier(readers)) {
      let lane = this.#lanes.get(carrier);
      if (!lane) {
        lane = new Lane(carrier, this);
        this.#lanes.set(carrier, lane);
      }
      lane.open(some, from);
      if (this.#state === "finished") lane.finish();
    }
  }

  drop(reader: Reader, code: number): void {
    const waiting = this.#waiting.filter((one) => one.reader !== reader);
    const waited = waiting.length < this.#waiting.length;
    this.#waiting = waiting;
    if (waited) reader.answer?.broken(code);
    this.#laneOf(reader)?.drop(reader, code);
  }

  rerank(reader: Reader): void {
    this.#laneOf(reader)?.rerank(reader);
  }

  /** The last stream of a lane is gone. */
  laneEmpty(lane: Lane): void {
    if (this.#lanes.get(lane.carrier) === lane) this.#lanes.delete(lane.carrier);
  }

  /** Gives the memory back. The view must not be used afterwards. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#options.budget.charge(-this.#charged);
    this.#charged = 0;
  }

  /**
   * Log offset from which a stream that begins at this frame is sent as it is: behind the frame's timestamp, if it has one.
   * Undefined while the frame is not here.
   */
  behindTimestamp(frame: number): number | undefined {
    const start = this.index.start(frame - this.frameStart);
    if (start === undefined || this.format === "plain") return start;
    const first = this.log.read(start)[0];
    return first === undefined || frame - this.frameStart >= this.index.begun ? undefined : start + varintLength(first);
  }

  readonly #onFrame = (start: number, _payload: number, _length: number, timestamp: number | undefined): void => {
    this.index.begin(start, timestamp ?? this.#stamp);
  };

  readonly #onFrameEnd = (end: number): void => {
    this.index.finish(end);
  };

  #admit(): void {
    const ready = this.#waiting.filter(({ frame }) => this.index.begun > frame - this.frameStart);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    for (const { reader, frame, lastFrame } of ready) this.open([reader], frame, lastFrame);
  }

  #noLongerWaiting(): readonly { reader: Reader }[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #laneOf(reader: Reader): Lane | undefined {
    return this.#lanes.get(reader.subscriber.connection.carrier);
  }

  /** Undefined while (or because) the frame is not here. */
  #startPoint(frame: number, lastFrame: number): StartPoint | undefined {
    const last = lastFrame - this.frameStart;
    const first = frame - this.frameStart;
    if (first === 0) return { frame, offset: 0, lead: NOTHING, lastFrame: last };
    const offset = this.behindTimestamp(frame);
    if (offset === undefined || this.index.begun <= first) return undefined;
    if (this.format === "plain") return { frame, offset, lead: NOTHING, lastFrame: last };
    // The first timestamp on a stream counts from zero, so this one is written again as it would stand at a beginning.
    return { frame, offset, lead: writeTimestamp(this.index.timestamp(first) ?? 0), lastFrame: last };
  }

  #charge(): void {
    if (this.#released) return;
    const more = this.weight - this.#charged;
    // Before the budget hears of it: it may make room with this very group.
    this.#charged += more;
    this.#options.budget.charge(more);
  }
}

function byCarrier(readers: readonly Reader[]): Map<Carrier, Reader[]> {
  const sorted = new Map<Carrier, Reader[]>();
  for (const reader of readers) {
    const carrier = reader.subscriber.connection.carrier;
    const some = sorted.get(carrier);
    if (some) some.push(reader);
    else sorted.set(carrier, [reader]);
  }
  return sorted;
}

/** What a group weighs beside its bytes, roughly. */
const BYTES_PER_GROUP = 1_024;
/** Two numbers of the frame index. */
const BYTES_PER_FRAME = 16;
const NOTHING = new Uint8Array(0);
