import type { Handle, RecvEvents, RecvStream } from "../transport.ts";
import type { MemoryConnection } from "./connection.ts";
import type { Opening } from "./opening.ts";
import type { OutgoingStream } from "./outgoing.ts";
import { Window } from "./window.ts";

/** A stream's window is this part of its connection's, so that a paused stream alone never stops the others. */
const STREAM_SHARE = 1 / 4;

/** New room in a stream's window is told when this part of it was used up. */
const TELL_AT = 1 / 4;

/** The receiving half of a stream, at the end that reads. */
export class IncomingStream implements RecvStream {
  handle: Handle = 0;
  events: RecvEvents | undefined;
  readonly #connection: MemoryConnection;
  readonly #window: Window;
  #opening: Opening | undefined;
  #remote: OutgoingStream | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #paused = false;
  /** Everything has arrived. */
  #complete = false;
  /** No more events. */
  #over = false;
  /** The peer has nothing more to send on it either. */
  #settled = false;

  constructor(connection: MemoryConnection) {
    this.#connection = connection;
    this.#window = new Window(Math.ceil(connection.limits.maxConnectionReceive * STREAM_SHARE));
  }

  /** Ties it to its stream; before that it is only a place for calls that do nothing. */
  connect(opening: Opening, remote: OutgoingStream): void {
    this.#opening = opening;
    this.#remote = remote;
  }

  /** Bytes that may be on their way or held at once. */
  get window(): number {
    return this.#window.size;
  }

  /** Takes a handle; false when there is none. */
  appear(): boolean {
    this.handle = this.#connection.carrier.handles.add(this);
    if (this.handle === 0) return false;
    this.#connection.streams.add(this);
    return true;
  }

  stop(code: number): void {
    if (this.#over) return;
    if (!this.#complete) {
      const { out } = this.#connection;
      this.#opening?.whenAdmitted(() => out.send(() => this.#remote?.arriveStop(code)));
    }
    this.#end();
    if (this.#complete || !this.#opening?.admitted) this.#settle();
    this.#connection.flush();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#over) this.#connection.post(() => this.#deliver());
  }

  /** Chunks of `size` bytes in all have arrived, and the end of the stream with them if `fin`. */
  arriveData(chunks: Uint8Array[], size: number, fin: boolean): void {
    if (this.#connection.closed) return;
    this.#opening?.announce();
    this.#connection.countReceived(size);
    if (fin && this.#remote) {
      this.#complete = true;
      this.#connection.returns.received(this.#remote);
    }
    if (this.#over) {
      this.#connection.window.use(size);
      if (fin) this.#settle();
      return;
    }
    for (const chunk of chunks) this.#held.push(chunk);
    this.#count(size);
    this.#deliver();
  }

  /** The peer has abandoned the stream. */
  arriveReset(code: number): void {
    if (this.#connection.closed) return;
    this.#opening?.announce();
    if (!this.#over) {
      this.#end();
      this.#settle();
      this.events?.onReset(code);
    } else {
      this.#settle();
    }
  }

  /** The connection has ended: no more events, and calls do nothing. */
  abandon(): void {
    this.#over = true;
    this.#settled = true;
    this.#held = [];
    this.#connection.carrier.handles.delete(this.handle);
  }

  #deliver(): void {
    while (!this.#paused && !this.#over) {
      const chunk = this.#held.shift();
      if (chunk === undefined) break;
      this.#count(-chunk.length);
      this.#consume(chunk.length);
      this.events?.onData(chunk);
    }
    if (this.#complete && !this.#paused && !this.#over) {
      this.#end();
      this.#settle();
      this.events?.onFin();
    }
  }

  #consume(bytes: number): void {
    this.#connection.window.use(bytes);
    if (this.#complete || !this.#remote) return;
    this.#window.use(bytes);
    const grant = this.#window.grant(TELL_AT);
    if (grant > 0) this.#connection.returns.stream(this.#remote, grant);
  }

  #end(): void {
    this.#over = true;
    this.#connection.window.use(this.#heldBytes);
    this.#count(-this.#heldBytes);
    this.#held = [];
    this.#connection.streams.delete(this);
    this.#connection.carrier.handles.delete(this.handle);
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#opening?.directionOver(this);
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes;
    this.#connection.held += bytes;
  }
}
