import type { Handle, RecvEvents, RecvStream } from "@moq-relay/protocol/transport";
import type { NativeEngine } from "./native.ts";

/** What a stream needs of its engine. */
export interface RecvOwner {
  readonly native: NativeEngine;
  /** No further event of this stream is wanted. */
  forgetRecv(handle: Handle): void;
  /** Runs `task` later, outside of any call of the application. */
  later(task: () => void): void;
}

/** The receiving direction of a stream. */
export class QuicRecvStream implements RecvStream {
  readonly handle: Handle;
  readonly #owner: RecvOwner;
  #events: RecvEvents | undefined;
  #paused = false;
  /** Came with the batch in which the stream was paused. */
  #held: Uint8Array[] = [];
  #heldFin = false;
  #flushing = false;
  #ended = false;

  constructor(owner: RecvOwner, handle: Handle) {
    this.#owner = owner;
    this.handle = handle;
  }

  /** Who hears it, before any event. */
  hear(events: RecvEvents): void {
    if (!this.#ended) this.#events = events;
  }

  /** Somebody hears what comes. */
  get wanted(): boolean {
    return !this.#ended && !this.#paused;
  }

  stop(code: number): void {
    if (this.#ended) return;
    this.end();
    this.#owner.native.stop(this.handle, code);
  }

  pause(): void {
    if (this.#ended || this.#paused) return;
    this.#paused = true;
    this.#owner.native.setPaused(this.handle, true);
  }

  resume(): void {
    if (this.#ended || !this.#paused) return;
    this.#paused = false;
    if (this.#held.length > 0 || this.#heldFin) this.#flushLater();
    else this.#owner.native.setPaused(this.handle, false);
  }

  /** Silence from now on. */
  end(): void {
    this.#ended = true;
    this.#events = undefined;
    this.#held = [];
    this.#heldFin = false;
    this.#owner.forgetRecv(this.handle);
  }

  onData(bytes: Uint8Array): void {
    if (this.#paused || this.#held.length > 0) this.#held.push(bytes);
    else this.#events?.onData(bytes);
  }

  onFin(): void {
    if (this.#paused || this.#held.length > 0) {
      this.#heldFin = true;
      return;
    }
    const events = this.#events;
    this.end();
    events?.onFin();
  }

  onReset(code: number): void {
    const events = this.#events;
    this.end();
    events?.onReset(code);
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#owner.later(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (!this.#paused) {
      const bytes = this.#held.shift();
      if (bytes === undefined) break;
      this.#events?.onData(bytes);
    }
    if (this.#paused || this.#ended) return;
    if (this.#heldFin) this.onFin();
    else this.#owner.native.setPaused(this.handle, false);
  }
}
