import type { Handle, SendEvents, SendStream } from "@moq-relay/protocol/transport";
import type { Due } from "../carrier/agenda.ts";
import type { StreamKind } from "../codec/stream-id.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { Ranked, Ranking } from "./ranking.ts";
import type { RecvHalf } from "./recv-half.ts";

/** Who sends what the halves have queued. */
export interface SendOwner {
  /** The connection is gone: silence. */
  readonly closed: boolean;
  push(half: SendHalf, chunk: Uint8Array): void;
  finish(half: SendHalf): void;
  reset(half: SendHalf, code: number): void;
  setPriority(half: SendHalf, priority: number): void;
  /** The half has something to tell. */
  tellSoon(half: SendHalf): void;
}

/** How a direction ended, where its owner is told. */
type End = "stopped" | "overflow" | "delivered";

/** The sending direction of one stream. */
export class SendHalf implements SendStream, Ranked<SendHalf>, Due {
  handle: Handle = 0;
  readonly kind: StreamKind;
  /** The id on the wire, −1 until the peer's limits let the stream go. */
  id: number;
  priority: number;
  turn = 0;
  place = 0;
  ranking: Ranking<SendHalf> | undefined;
  due = false;
  /** Bytes that were sent. */
  sent = 0;
  /** Bytes that the peer lets this stream send. */
  allowed = 0;
  /** `finish` was called; the end follows the queue. */
  finishing = false;
  /** Nothing more can be done with it. */
  over = false;
  /** The code of a reset of a two-way stream that the peer has not heard of yet. */
  abandoned: number | undefined;
  /** The other direction of a two-way stream that was opened here, until it has an id. */
  partner: RecvHalf | undefined;
  readonly queue: ByteQueue = new ByteQueue();
  readonly #owner: SendOwner;
  #events: SendEvents | undefined;
  #pressed = false;
  /** What is to be told: the queue's length at the moment of pressure, then the relief, then the end. */
  #pressure = 0;
  #relief = false;
  #end: End | undefined;
  #stopCode = 0;

  constructor(owner: SendOwner, kind: StreamKind, id: number, priority: number) {
    this.#owner = owner;
    this.kind = kind;
    this.id = id;
    this.priority = priority;
  }

  listen(events: SendEvents): void {
    this.#events = events;
  }

  get queued(): number {
    return this.queue.length;
  }

  write(bytes: Uint8Array): void {
    this.#owner.push(this, new Uint8Array(bytes));
  }

  /** As `write`, for bytes that nobody changes any more. */
  push(chunk: Uint8Array): void {
    this.#owner.push(this, chunk);
  }

  finish(): void {
    this.#owner.finish(this);
  }

  reset(code: number): void {
    this.#owner.reset(this, code);
  }

  setPriority(priority: number): void {
    this.#owner.setPriority(this, priority);
  }

  /** The queue has grown. */
  grown(highMark: number): void {
    if (this.#pressed || this.queued <= highMark) return;
    this.#pressed = true;
    // Relief and pressure in one turn cancel each other; the owner still believes in the first pressure.
    if (this.#relief) this.#relief = false;
    else this.#pressure = this.queued;
    this.#owner.tellSoon(this);
  }

  /** The queue has shrunk. */
  shrunk(lowMark: number): void {
    if (!this.#pressed || this.queued > lowMark) return;
    this.#pressed = false;
    this.#relief = true;
    this.#owner.tellSoon(this);
  }

  /** The last event is to be told; for "stopped" with the peer's code. */
  ended(end: End, code = 0): void {
    if (end !== "delivered") this.hush();
    this.#end = end;
    this.#stopCode = code;
    this.#owner.tellSoon(this);
  }

  /** Forgets what was to be told. */
  hush(): void {
    this.#pressure = 0;
    this.#relief = false;
    this.#end = undefined;
  }

  deliver(): void {
    if (this.#pressure > 0 && !this.#owner.closed) {
      const queued = this.#pressure;
      this.#pressure = 0;
      this.#events?.onPressure(this.handle, queued);
    }
    if (this.#relief && !this.#owner.closed) {
      this.#relief = false;
      this.#events?.onDrained(this.handle);
    }
    if (this.#end !== undefined && !this.#owner.closed) this.#tellEnd(this.#end);
  }

  #tellEnd(end: End): void {
    this.#end = undefined;
    if (end === "delivered") this.#events?.onDelivered(this.handle);
    else if (end === "overflow") this.#events?.onOverflow(this.handle);
    else this.#events?.onStopped(this.handle, this.#stopCode);
  }
}
