import type { Carrier, Handle, SendEvents } from "@moq-relay/protocol/transport";
import type { Answer } from "./answer.ts";
import type { GroupView } from "./group-view.ts";
import { Laggard } from "./laggard.ts";
import type { Reader } from "./reader.ts";
import { sendOrder } from "./send-order.ts";
import { Streams } from "./streams.ts";

/** Where a reader begins in a group. */
export interface StartPoint {
  /** First frame on the stream. */
  readonly frame: number;
  /** Log offset from which the log is sent as it is. */
  readonly offset: number;
  /** Bytes that go between the group header and the log: a first timestamp made absolute. */
  readonly lead: Uint8Array;
  /** Last frame; Infinity: to the end of the group. */
  readonly lastFrame: number;
}

/**
 * All streams of one carrier that receive one group: those at its live edge, which get each chunk in one call, and the
 * laggards, which read the log by themselves.
 */
export class Lane implements SendEvents {
  readonly carrier: Carrier;
  readonly #view: GroupView;
  readonly #live = new Streams();
  readonly #laggards = new Map<Handle, Laggard>();
  /** Streams that got the part which they wanted, and wait for its delivery. */
  readonly #done = new Streams();
  /** Bytes written since the queues were looked at. */
  #unlooked = 0;
  #closed = false;

  constructor(carrier: Carrier, view: GroupView) {
    this.carrier = carrier;
    this.#view = view;
  }

  /** Streams that are not delivered yet. */
  get size(): number {
    return this.#live.size + this.#laggards.size + this.#done.size;
  }

  /** Opens a stream to each of the readers, all of which begin at the same point. One that has a stream comes alone. */
  open(readers: readonly Reader[], from: StartPoint): void {
    const answer = readers[0]?.answer;
    const handles = answer ? this.#answer(answer, readers[0]!, from) : this.#openAll(readers, from);
    const level = from.offset === this.#view.log.length && from.lastFrame === Number.POSITIVE_INFINITY;
    for (const [i, reader] of readers.entries()) {
      const handle = handles[i]!;
      if (handle === 0) continue;
      if (level) this.#live.add(handle, reader);
      else this.#pump(new Laggard(reader, handle, from.offset, from.lastFrame));
    }
    if (this.#closed && level) this.carrier.finish(handles.filter((handle) => handle !== 0));
  }

  /** A chunk was appended to the log. */
  write(chunk: Uint8Array): void {
    if (this.#live.size > 0) {
      this.carrier.write(this.#live.handles, chunk);
      this.#view.counters.bytesSent += chunk.length * this.#live.size;
    }
    for (const laggard of [...this.#laggards.values()]) this.#pump(laggard);
    this.#unlooked += chunk.length;
    if (this.#unlooked >= this.#view.highMark / 2) this.#look();
  }

  /** The log is complete. */
  finish(): void {
    this.#closed = true;
    if (this.#live.size > 0) this.carrier.finish(this.#live.handles);
    for (const laggard of [...this.#laggards.values()]) this.#pump(laggard);
  }

  /** Breaks off every stream that is not delivered. */
  reset(code: number): void {
    this.#closed = true;
    const laggards = [...this.#laggards.values()].map(({ reader }) => reader);
    const all = [...this.#live.readers, ...this.#done.readers, ...laggards];
    if (this.#live.size > 0) this.carrier.reset(this.#live.handles, code);
    if (this.#done.size > 0) this.carrier.reset(this.#done.handles, code);
    for (const handle of this.#laggards.keys()) this.carrier.reset(Uint32Array.of(handle), code);
    this.#live.clear();
    this.#done.clear();
    this.#laggards.clear();
    for (const { answer } of all) answer?.broken(code);
  }

  /** Breaks off the stream of one reader, if it has one. */
  drop(reader: Reader, code: number): void {
    const handle = this.#handleOf(reader);
    if (handle === 0) return;
    this.carrier.reset(Uint32Array.of(handle), code);
    this.#forget(handle);
    reader.answer?.broken(code);
  }

  /** The reader's priority changed. */
  rerank(reader: Reader): void {
    const handle = this.#handleOf(reader);
    if (handle !== 0) this.carrier.setPriority(Uint32Array.of(handle), Int32Array.of(this.#order(reader)));
  }

  onStopped(handle: Handle): void {
    this.#forget(handle);
  }

  onPressure(handle: Handle): void {
    const laggard = this.#laggards.get(handle);
    if (laggard) return laggard.press(true);
    // After the end of the group nothing more will be written: there is nothing to hold back.
    if (this.#closed) return;
    const reader = this.#live.remove(handle);
    if (!reader) return;
    const slow = new Laggard(reader, handle, this.#view.log.length, Number.POSITIVE_INFINITY);
    slow.press(true);
    this.#laggards.set(handle, slow);
  }

  onDrained(handle: Handle): void {
    const laggard = this.#laggards.get(handle);
    if (!laggard) return;
    laggard.press(false);
    this.#pump(laggard);
  }

  onOverflow(handle: Handle): void {
    this.#forget(handle);
  }

  onDelivered(handle: Handle): void {
    this.#forget(handle);
  }

  /**
   * Pressure is told when the events in hand are done with. A burst of them could until then write more than a stream may hold,
   * even to a reader that takes it all in time.
   */
  #look(): void {
    this.#unlooked = 0;
    for (const handle of [...this.#live.handles]) {
      if (this.carrier.queued(handle) > this.#view.highMark) this.onPressure(handle);
    }
  }

  #pump(laggard: Laggard): void {
    const { handle, reader } = laggard;
    const state = laggard.pump(this.carrier, this.#view);
    if (state === "behind" || (state === "level" && laggard.partial && !this.#closed)) {
      this.#laggards.set(handle, laggard);
      return;
    }
    this.#laggards.delete(handle);
    const over = this.#closed || state === "complete";
    (over ? this.#done : this.#live).add(handle, reader);
    if (over) this.carrier.finish(Uint32Array.of(handle));
  }

  #forget(handle: Handle): void {
    if (!this.#laggards.delete(handle) && !this.#live.remove(handle) && !this.#done.remove(handle)) return;
    if (this.size === 0) this.#view.laneEmpty(this);
  }

  #handleOf(reader: Reader): Handle {
    for (const laggard of this.#laggards.values()) if (laggard.reader === reader) return laggard.handle;
    return this.#live.handleOf(reader) || this.#done.handleOf(reader);
  }

  #order(reader: Reader): number {
    return sendOrder(reader.priority, this.#view.rank);
  }

  #openAll(readers: readonly Reader[], from: StartPoint): Uint32Array {
    const handles = new Uint32Array(readers.length);
    const { connections, headers, ends, priorities } = this.#headers(readers, from);
    this.carrier.openUni(connections, headers, ends, priorities, this, handles);
    return handles;
  }

  #answer(answer: Answer, reader: Reader, { lead }: StartPoint): Uint32Array {
    const stream = answer.begin(this);
    stream.setPriority(this.#order(reader));
    if (lead.length > 0) stream.write(lead);
    return Uint32Array.of(stream.handle);
  }

  #headers(readers: readonly Reader[], from: StartPoint) {
    const connections = new Uint32Array(readers.length);
    const ends = new Uint32Array(readers.length);
    const priorities = new Int32Array(readers.length);
    let end = 0;
    for (const [i, reader] of readers.entries()) {
      const header = reader.subscriber.groupHeader(this.#view.sequence, from.frame);
      scratch = roomFor(scratch, end + header.length + from.lead.length);
      scratch.set(header, end);
      scratch.set(from.lead, end + header.length);
      end += header.length + from.lead.length;
      connections[i] = reader.subscriber.connection.handle;
      ends[i] = end;
      priorities[i] = this.#order(reader);
    }
    return { connections, headers: scratch.subarray(0, end), ends, priorities };
  }
}

/** Group headers of one vectored open; read by the carrier during the call only, so one buffer serves all. */
let scratch = new Uint8Array(4096);

function roomFor(buffer: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size <= buffer.length) return buffer;
  const larger = new Uint8Array(Math.max(size, buffer.length * 2));
  larger.set(buffer);
  return larger;
}
