import { CONTROL_PRIORITY } from "../transport.ts";
import { type Clock, SAME_TIME } from "./clock.ts";
import type { OutgoingStream } from "./outgoing.ts";
import type { Pipe } from "./pipe.ts";
import { NOWHERE, Ranking } from "./ranking.ts";

/** Under a rate, bytes go out in pieces of so many at least: between two of them a better stream can step in. */
const PIECE = 1_200;

/** All that one end of a connection has to send, and the order in which it goes. */
export class Sender {
  readonly #clock: Clock;
  readonly #pipe: Pipe;
  readonly #maxQueued: number;
  readonly #ready = new Ranking<OutgoingStream>();
  /** Streams that have bytes while the connection's window has no room. */
  readonly #stalled = new Set<OutgoingStream>();
  readonly #run: () => void = () => this.#pump();
  #queued = 0;
  #sent = 0;
  #credit: number;
  #armed = false;
  #closed = false;

  /** `credit`: bytes that the peer's window has room for; `maxQueued`: cap of all queues together. */
  constructor(clock: Clock, pipe: Pipe, credit: number, maxQueued: number) {
    this.#clock = clock;
    this.#pipe = pipe;
    this.#credit = credit;
    this.#maxQueued = maxQueued;
  }

  /** Bytes that wait in all streams. */
  get queued(): number {
    return this.#queued;
  }

  /** Bytes that have left. */
  get sent(): number {
    return this.#sent;
  }

  /** Counts bytes that are about to be queued on a stream of this priority; false when they are too many. */
  reserve(bytes: number, priority: number): boolean {
    const most = priority === CONTROL_PRIORITY ? 2 * this.#maxQueued : this.#maxQueued;
    if (this.#queued + bytes > most) return false;
    this.#queued += bytes;
    return true;
  }

  /** `stream` may have something to send now. */
  offer(stream: OutgoingStream): void {
    if (this.#closed || !stream.opening?.admitted || !stream.ready || stream.place !== NOWHERE) return;
    this.#ready.add(stream);
    this.#arm(0);
  }

  rerank(stream: OutgoingStream, priority: number): void {
    if (stream.place === NOWHERE) stream.priority = priority;
    else this.#ready.rerank(stream, priority);
  }

  /** `stream` ends, with all that it has queued. */
  withdraw(stream: OutgoingStream): void {
    this.#queued -= stream.queued;
    this.#stalled.delete(stream);
    if (stream.opening?.admitted && stream.place !== NOWHERE) this.#ready.remove(stream);
  }

  /** The peer's window has room for as many bytes more. */
  grant(bytes: number): void {
    if (bytes === 0) return;
    this.#credit += bytes;
    const stalled = [...this.#stalled];
    this.#stalled.clear();
    for (const stream of stalled) this.offer(stream);
  }

  /** Counts bytes that go beside the streams. */
  countDatagram(bytes: number): void {
    this.#sent += bytes;
  }

  close(): void {
    this.#closed = true;
    this.#queued = 0;
    this.#stalled.clear();
  }

  #arm(delay: number): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#clock.schedule(delay, this.#run);
  }

  #pump(): void {
    this.#armed = false;
    const { rate } = this.#pipe.way;
    const piece = rate === Number.POSITIVE_INFINITY ? rate : Math.max(PIECE, Math.ceil(rate));
    for (let stream = this.#ready.first; stream !== undefined && !this.#closed; stream = this.#ready.first) {
      const wait = this.#pipe.busyFor;
      if (wait > SAME_TIME) {
        this.#arm(wait);
        return;
      }
      if (stream.queued > 0 && this.#credit === 0) {
        this.#ready.remove(stream);
        this.#stalled.add(stream);
      } else {
        this.#send(stream, Math.min(piece, this.#credit));
      }
    }
  }

  #send(stream: OutgoingStream, limit: number): void {
    const size = stream.take(limit);
    this.#credit -= size;
    this.#queued -= size;
    this.#sent += size;
    if (stream.ready) this.#ready.requeue(stream);
    else this.#ready.remove(stream);
    stream.relieve();
  }
}
