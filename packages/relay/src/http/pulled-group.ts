import type { Handle, SendEvents } from "@moq-relay/protocol/transport";
import type { FetchBudget } from "./fetch-budget.ts";
import { PayloadStripper } from "./payload-stripper.ts";

/** Bytes waiting for one client from which on the hub is asked to hold back, and at which it may go on. */
const HIGH_MARK = 1 << 20;
const LOW_MARK = 64 << 10;
/** What a piece costs beside its bytes, roughly. */
const PIECE = 64;

export interface PulledGroupOptions {
  readonly budget: FetchBudget;
  /** Bytes that may wait for one client at all; only what comes before it could be held back gets there. */
  readonly maxQueue: number;
  /** Nothing more comes: it is whole, was broken off, or the reader has left. */
  readonly onEnd: () => void;
}

/**
 * One group between the hub, which pushes, and an HTTP client, which pulls. To the hub it is a stream like any other: above
 * its mark the hub reads the rest from its log at the client's pace, so that little waits here however long the group is.
 */
export class PulledGroup implements AsyncIterable<Uint8Array> {
  readonly #handle: Handle;
  readonly #events: SendEvents;
  readonly #options: PulledGroupOptions;
  readonly #stripper = new PayloadStripper();
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #pressed = false;
  #state: "open" | "finished" | "broken" = "open";
  #wake: (() => void) | undefined;

  constructor(handle: Handle, events: SendEvents, options: PulledGroupOptions) {
    this.#handle = handle;
    this.#events = events;
    this.#options = options;
  }

  get over(): boolean {
    return this.#state !== "open";
  }

  /** Bytes that wait, as the hub is to see them: when there is no memory left, more than it may ever write. */
  get queued(): number {
    const { budget } = this.#options;
    if (!budget.full) return this.#bytes;
    budget.wait(this.#resume);
    return Number.POSITIVE_INFINITY;
  }

  write(bytes: Uint8Array): void {
    if (this.over) return;
    const piece = this.#stripper.strip(bytes);
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length + PIECE;
    this.#options.budget.take(piece.length + PIECE);
    if (this.#bytes > this.#options.maxQueue) this.#overflow();
    else if (this.#bytes > HIGH_MARK || this.#options.budget.full) this.#press();
    this.#wake?.();
  }

  finish(): void {
    this.#end(this.#stripper.partial ? "broken" : "finished");
    queueMicrotask(() => this.#events.onDelivered(this.#handle));
  }

  /** Broken off. What came whole before stays readable when it is finished. */
  reset(): void {
    if (this.over) return;
    this.#end("broken");
    this.#drop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = this.#shift();
        if (piece) yield piece;
        else if (this.#state === "finished") return;
        else if (this.#state === "broken") throw new Error("the group was broken off");
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#end("finished");
      this.#drop();
    }
  }

  #shift(): Uint8Array | undefined {
    const piece = this.#pieces.shift();
    if (!piece) return undefined;
    const before = this.#bytes;
    this.#bytes -= piece.length + PIECE;
    this.#options.budget.give(piece.length + PIECE);
    if (before > LOW_MARK && this.#bytes <= LOW_MARK) this.#resume();
    return piece;
  }

  /** Later: a stream must not leave those that the hub is just writing to. */
  #press(): void {
    if (this.#pressed) return;
    this.#pressed = true;
    queueMicrotask(() => {
      if (!this.#pressed || this.over) return;
      this.#events.onPressure(this.#handle, this.#bytes);
      // With nothing of its own to be read it must be woken when others give memory back.
      if (this.#bytes <= LOW_MARK) this.#options.budget.wait(this.#resume);
    });
  }

  readonly #resume = (): void => {
    this.#pressed = false;
    if (!this.over) this.#events.onDrained(this.#handle);
  };

  #overflow(): void {
    this.#end("broken");
    this.#drop();
    queueMicrotask(() => this.#events.onOverflow(this.#handle));
  }

  #end(state: "finished" | "broken"): void {
    if (this.over) return;
    this.#state = state;
    this.#options.onEnd();
    this.#wake?.();
  }

  /** Gives back what nobody will read. */
  #drop(): void {
    this.#options.budget.leave(this.#resume);
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#pieces.length = 0;
    if (bytes > 0) this.#options.budget.give(bytes);
  }
}
