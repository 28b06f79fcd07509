import type { Handle, SendEvents, SendStream } from "../transport.ts";
import type { MemoryConnection } from "./connection.ts";
import type { IncomingStream } from "./incoming.ts";
import { type Opening, TOO_FAR_BEHIND } from "./opening.ts";
import { NOWHERE, type Ranked } from "./ranking.ts";

/** The sending half of a stream, at the end that writes. */
export class OutgoingStream implements SendStream, Ranked {
  handle: Handle = 0;
  events: SendEvents | undefined;
  priority: number;
  order = 0;
  place: number = NOWHERE;
  readonly #connection: MemoryConnection;
  #opening: Opening | undefined;
  #remote: IncomingStream | undefined;
  #chunks: Uint8Array[] = [];
  #queued = 0;
  /** Bytes that the receiver's window still has room for. */
  #credit = 0;
  #finish: "open" | "asked" | "sent" = "open";
  #over = false;
  #pressed = false;
  #pressureTold = false;
  /** Nothing of this stream may arrive before that. */
  #lastArrival = 0;

  constructor(connection: MemoryConnection, priority: number) {
    this.#connection = connection;
    this.priority = priority;
  }

  /** Ties it to its stream; before that it is only a place for calls that do nothing. */
  connect(opening: Opening, remote: IncomingStream): void {
    this.#opening = opening;
    this.#remote = remote;
    this.#credit = remote.window;
  }

  /** Takes a handle; false when there is none. */
  appear(): boolean {
    this.handle = this.#connection.carrier.handles.add(this);
    if (this.handle === 0) return false;
    this.#connection.streams.add(this);
    return true;
  }

  get queued(): number {
    return this.#queued;
  }

  get opening(): Opening | undefined {
    return this.#opening;
  }

  /** True when it has something that may be sent, as far as it is concerned. */
  get ready(): boolean {
    if (this.#over) return false;
    return this.#queued > 0 ? this.#credit > 0 : this.#finish === "asked";
  }

  write(bytes: Uint8Array): void {
    if (!this.#over && this.#finish === "open" && bytes.length > 0) this.enqueue(bytes.slice());
  }

  /** As `write`, but keeps the bytes themselves. */
  enqueue(bytes: Uint8Array): void {
    if (this.#over || this.#finish !== "open" || bytes.length === 0) return;
    const { sender, limits } = this.#connection;
    if (this.#queued + bytes.length > limits.maxStreamQueue || !sender.reserve(bytes.length, this.priority)) {
      this.#overflow();
      return;
    }
    this.#chunks.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued > limits.highMark && !this.#pressed) this.#press();
    sender.offer(this);
  }

  finish(): void {
    if (this.#over || this.#finish !== "open") return;
    this.#finish = "asked";
    this.#connection.sender.offer(this);
  }

  reset(code: number): void {
    if (this.#over) return;
    this.#opening?.whenAdmitted(() => this.#send(() => this.#remote?.arriveReset(code)));
    this.#end();
    this.#connection.flush();
  }

  setPriority(priority: number): void {
    if (this.#over) return;
    if (this.#opening?.admitted) this.#connection.sender.rerank(this, priority);
    else this.#connection.allowance(this.#opening?.kind ?? "uni").rerank(this, priority);
  }

  /** Sends at most `limit` bytes, and the end if that is reached. Returns how many bytes went. */
  take(limit: number): number {
    const size = Math.min(this.#queued, this.#credit, limit);
    const chunks = size === this.#queued ? this.#chunks : takeFront(this.#chunks, size);
    if (chunks === this.#chunks) this.#chunks = [];
    this.#queued -= size;
    this.#credit -= size;
    const fin = this.#finish === "asked" && this.#queued === 0;
    if (fin) this.#finish = "sent";
    this.#send(() => this.#remote?.arriveData(chunks, size, fin), size);
    return size;
  }

  /** Tells of a queue that has come down to the low mark. */
  relieve(): void {
    if (!this.#pressureTold || this.#queued > this.#connection.limits.lowMark) return;
    this.#pressed = false;
    this.#pressureTold = false;
    this.events?.onDrained(this.handle);
  }

  /** The receiver takes as many bytes more. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#connection.sender.offer(this);
  }

  /** The receiver has everything. */
  acknowledge(): void {
    if (this.#over) return;
    this.#end();
    this.events?.onDelivered(this.handle);
  }

  /** The receiver does not want more. */
  arriveStop(code: number): void {
    this.#opening?.announce();
    if (this.#over) return;
    this.reset(code);
    this.events?.onStopped(this.handle, code);
  }

  /** The connection has ended: no more events, and calls do nothing. */
  abandon(): void {
    this.#over = true;
    this.#chunks = [];
    this.#queued = 0;
    this.#connection.carrier.handles.delete(this.handle);
  }

  #end(): void {
    this.#connection.sender.withdraw(this);
    this.#connection.streams.delete(this);
    this.abandon();
    this.#opening?.directionOver(this);
  }

  #overflow(): void {
    this.reset(TOO_FAR_BEHIND);
    this.#connection.post(() => this.events?.onOverflow(this.handle));
  }

  #press(): void {
    this.#pressed = true;
    const queued = this.#queued;
    this.#connection.post(() => {
      if (this.#over) return;
      this.#pressureTold = true;
      this.events?.onPressure(this.handle, queued);
      // The queue may have come down since: whoever waits for that hears of it now.
      if (!this.#over) this.relieve();
    });
  }

  #send(run: () => void, size = 0): void {
    this.#lastArrival = this.#connection.out.send(run, size, this.#lastArrival);
  }
}

/** Takes the first `size` bytes off `chunks`, cutting one in two if need be. */
function takeFront(chunks: Uint8Array[], size: number): Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (let left = size; left > 0; ) {
    const chunk = chunks[0];
    if (chunk === undefined) break;
    if (chunk.length <= left) {
      chunks.shift();
      taken.push(chunk);
      left -= chunk.length;
    } else {
      taken.push(chunk.subarray(0, left));
      chunks[0] = chunk.subarray(left);
      left = 0;
    }
  }
  return taken;
}
