import { STREAM_CODE } from "../../model/index.ts";
import type { BidiStream } from "../../transport/index.ts";
import { type Framer, WireError } from "../../wire/index.ts";
import { Deaf } from "./deaf.ts";

/**
 * A request of the peer: its stream, read up to the request itself and perhaps further. What cannot be decoded is refused
 * with a reset; the session lives on (protocol notes 2.10).
 */
export abstract class Request extends Deaf {
  protected readonly stream: BidiStream;
  readonly #framer: Framer;
  #read = false;
  #refused = false;

  /** @param framer has the stream type taken off, and may hold more already. */
  constructor(stream: BidiStream, framer: Framer) {
    super();
    this.stream = stream;
    this.#framer = framer;
  }

  /** Takes the request from the framer; false when more is needed. Called again for what follows, once it returned true. */
  protected abstract read(framer: Framer): boolean;
  /** The peer finished its side. Before the whole request came this is not called: the stream is reset. */
  protected abstract withdrawn(): void;
  /** The peer reset its side, or does not want the answer, or the session ended. */
  abstract leave(): void;

  /** Reads what the framer already holds. */
  proceed(): void {
    this.#next();
  }

  onData(bytes: Uint8Array): void {
    if (this.#refused) return;
    this.#framer.push(bytes);
    this.#next();
  }

  onFin(): void {
    if (this.#refused) return;
    if (this.#read) this.withdrawn();
    else this.refuse(STREAM_CODE.cancel);
  }

  onReset(): void {
    this.leave();
    if (!this.#refused) this.stream.send.reset(STREAM_CODE.cancel);
  }

  override onStopped(): void {
    this.leave();
  }

  /** Answers with a reset, and hears no more. */
  protected refuse(code: number): void {
    if (this.#refused) return;
    this.#refused = true;
    this.leave();
    this.stream.send.reset(code);
    this.stream.recv.stop(STREAM_CODE.internal);
  }

  #next(): void {
    try {
      while (!this.#refused && this.read(this.#framer)) this.#read = true;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.refuse(STREAM_CODE.cancel);
    }
  }
}
