import type { Handle, RecvEvents, RecvStream } from "@moq-relay/protocol/transport";
import type { Agenda, Due } from "../carrier/agenda.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import type { SendHalf } from "./send-half.ts";

/** Who keeps the account of received bytes and streams. */
export interface RecvOwner {
  readonly agenda: Agenda;
  /** The owner took `bytes` of `half`, or they were thrown away. */
  consumed(half: RecvHalf, bytes: number): void;
  /** The peer should send no more. */
  stop(half: RecvHalf, code: number): void;
  /** Our own two-way stream has got its id. */
  named(half: RecvHalf): void;
  /** The connection is gone. */
  forgotten(half: RecvHalf): void;
  /** Nothing more comes, and everything was delivered. */
  ended(half: RecvHalf): void;
}

/** The receiving direction of one stream. */
export class RecvHalf implements RecvStream, Due {
  handle: Handle = 0;
  /** The id on the wire, −1 while our own two-way stream has none. */
  id: number;
  readonly window: ReceiveWindow;
  due = false;
  /** The other direction of a two-way stream that was opened here, until it has an id. */
  partner: SendHalf | undefined;
  readonly #owner: RecvOwner;
  readonly #queue = new ByteQueue();
  #events: RecvEvents | undefined;
  #paused = false;
  #stopped: number | undefined;
  /** The peer has finished; its last bytes may still be queued. */
  #finished = false;
  #over = false;

  constructor(owner: RecvOwner, id: number, window: ReceiveWindow) {
    this.#owner = owner;
    this.id = id;
    this.window = window;
  }

  /** True once the peer's FIN was seen: any further byte is a fault. */
  get finished(): boolean {
    return this.#finished;
  }

  /** The code of a stop that was asked for while the stream had no id. */
  get stopped(): number | undefined {
    return this.#stopped;
  }

  /** Our own two-way stream has got its id. */
  named(id: number): void {
    this.id = id;
    this.partner = undefined;
    this.#owner.named(this);
  }

  listen(events: RecvEvents): void {
    this.#events = events;
  }

  /** Bytes that the windows have allowed, and possibly the end. */
  receive(data: Uint8Array, fin: boolean): void {
    if (this.#over) return;
    this.#finished ||= fin;
    if (this.#stopped !== undefined) {
      this.#owner.consumed(this, data.length);
      if (fin) this.#end();
    } else if (this.#paused || this.due || this.#queue.length > 0) {
      if (data.length > 0) this.#queue.gather(data);
    } else {
      if (data.length > 0) this.#hand(data);
      this.#finish();
    }
  }

  /** The peer abandoned the stream. */
  abandon(code: number): void {
    if (this.#over) return;
    this.#owner.consumed(this, this.#queue.clear());
    this.#end();
    if (this.#stopped === undefined) this.#events?.onReset(code);
  }

  stop(code: number): void {
    if (this.#over || this.#stopped !== undefined) return;
    this.#stopped = code;
    this.#owner.consumed(this, this.#queue.clear());
    if (this.#finished) this.#end();
    else this.#owner.stop(this, code);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#over && (this.#queue.length > 0 || this.#finished)) this.#owner.agenda.deliverSoon(this);
  }

  deliver(): void {
    while (this.#queue.length > 0 && !this.#paused) this.#hand(this.#queue.take(Number.POSITIVE_INFINITY));
    this.#finish();
  }

  /** The connection is gone: silence. */
  forget(): void {
    this.#over = true;
    this.#queue.clear();
    this.#owner.forgotten(this);
  }

  #hand(bytes: Uint8Array): void {
    this.#owner.consumed(this, bytes.length);
    this.#events?.onData(bytes);
  }

  #finish(): void {
    if (!this.#finished || this.#over || this.#paused || this.#queue.length > 0) return;
    this.#end();
    this.#events?.onFin();
  }

  #end(): void {
    this.#over = true;
    this.#owner.ended(this);
  }
}
