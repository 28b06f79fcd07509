import { STREAM_CODE } from "../../model/index.ts";
import type { BidiStream, Handle } from "../../transport/index.ts";
import { type Framer, WireError } from "../../wire/index.ts";
import { Deaf } from "./deaf.ts";

/** How a try to read a message ended: not all of it is here; it was taken, and others may follow; it was the last. */
export type Progress = "short" | "taken" | "last";

/**
 * A request of the peer: its stream, read up to the request itself and perhaps further. What cannot be decoded is refused
 * with a reset; the session lives on (protocol notes 2.10).
 */
export abstract class Request extends Deaf {
  protected readonly stream: BidiStream;
  readonly #framer: Framer;
  /** Messages that were taken. */
  #taken = 0;
  /** Nothing more is expected: what still comes is passed over, and not kept. */
  #complete = false;
  #refused = false;

  /** @param framer has the stream type taken off, and may hold more already. */
  constructor(stream: BidiStream, framer: Framer) {
    super();
    this.stream = stream;
    this.#framer = framer;
  }

  /** Takes the request from the framer, and then whatever may follow it. */
  protected abstract read(framer: Framer): Progress;
  /** The peer finished its side. Before the whole request came this is not called: the stream is reset. */
  protected abstract withdrawn(): void;
  /** The peer reset its side, or does not want the answer, or the session ended. */
  abstract leave(): void;

  get awaits(): number | undefined {
    if (this.#refused || this.#complete) return undefined;
    return this.#taken === 0 || this.unfinished ? this.#taken : undefined;
  }

  /** A message has begun and is not whole. */
  protected get unfinished(): boolean {
    return this.#framer.buffered > 0;
  }

  onTimeout(): void {
    this.refuse(STREAM_CODE.controlTimeout);
  }

  /** Reads what the framer already holds. */
  proceed(): void {
    this.#next();
  }

  onData(bytes: Uint8Array): void {
    if (this.#refused || this.#complete) return;
    this.#framer.push(bytes);
    this.#next();
  }

  onFin(): void {
    if (this.#refused) return;
    if (this.#taken > 0) this.withdrawn();
    else this.refuse(STREAM_CODE.cancel);
  }

  onReset(_code: number): void {
    this.leave();
    if (!this.#refused) this.stream.send.reset(STREAM_CODE.cancel);
  }

  override onStopped(_stream: Handle, _code: number): void {
    this.#unheard();
  }

  /** The peer is so far behind that not even our answers fit: the transport has broken them off. */
  override onOverflow(_stream: Handle): void {
    this.#unheard();
  }

  /** Answers with a reset, and hears no more. */
  protected refuse(code: number): void {
    if (this.#refused) return;
    this.#refused = true;
    this.leave();
    this.stream.send.reset(code);
    this.stream.recv.stop(STREAM_CODE.internal);
  }

  /** Nobody hears the answer. */
  #unheard(): void {
    this.leave();
    this.stream.recv.stop(STREAM_CODE.internal);
  }

  #next(): void {
    try {
      while (!this.#refused && !this.#complete) {
        const progress = this.read(this.#framer);
        if (progress === "short") return;
        this.#taken += 1;
        this.#complete = progress === "last";
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.refuse(STREAM_CODE.cancel);
    }
  }
}
