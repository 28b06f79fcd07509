import { STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, Handle, RecvEvents, RecvStream } from "../../transport/index.ts";
import { Framer, WireError } from "../../wire/index.ts";

/** Who goes on with a stream, once its type is known. */
export interface Begun {
  /** Reads what the framer already holds. */
  proceed(): void;
}

/** A one-way stream of the peer whose type is still to be read. */
export class IncomingUni implements RecvEvents {
  readonly #stream: RecvStream;
  readonly #framer: Framer;
  readonly #route: (type: number, stream: RecvStream, framer: Framer) => (RecvEvents & Begun) | undefined;
  #target: RecvEvents | undefined;
  #over = false;

  constructor(
    stream: RecvStream,
    maxMessage: number,
    route: (type: number, stream: RecvStream, framer: Framer) => (RecvEvents & Begun) | undefined,
  ) {
    this.#stream = stream;
    this.#framer = new Framer(maxMessage);
    this.#route = route;
  }

  onData(bytes: Uint8Array): void {
    if (this.#target) return this.#target.onData(bytes);
    if (this.#over) return;
    this.#framer.push(bytes);
    const type = this.#framer.type();
    if (type === undefined) return;
    const target = this.#route(type, this.#stream, this.#framer);
    if (!target) {
      // A kind that we do not know: not an error of the session (protocol notes 2.1).
      this.#over = true;
      return this.#stream.stop(STREAM_CODE.internal);
    }
    this.#target = target;
    target.proceed();
  }

  onFin(): void {
    this.#target?.onFin();
  }

  onReset(code: number): void {
    this.#target?.onReset(code);
  }
}

/**
 * A two-way stream of the peer whose type is still to be read. Until the session knows its version nothing is read: what
 * a stream says before the handshake is kept, and answered after it.
 */
export class IncomingBidi implements BidiEvents {
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  readonly #route: (type: number, stream: BidiStream, framer: Framer) => (BidiEvents & Begun) | undefined;
  readonly #held: Uint8Array[] = [];
  #holding: boolean;
  #heldFin = false;
  #target: BidiEvents | undefined;
  #over = false;

  constructor(
    stream: BidiStream,
    maxMessage: number,
    holding: boolean,
    route: (type: number, stream: BidiStream, framer: Framer) => (BidiEvents & Begun) | undefined,
  ) {
    this.#stream = stream;
    this.#framer = new Framer(maxMessage);
    this.#holding = holding;
    this.#route = route;
    // What was sent before is bounded by the flow control of a stream that nobody reads.
    if (holding) stream.recv.pause();
  }

  /** The handshake is over. */
  release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    for (const bytes of this.#held) this.onData(bytes);
    this.#held.length = 0;
    if (this.#heldFin) this.onFin();
    else if (!this.#over) this.#stream.recv.resume();
  }

  onData(bytes: Uint8Array): void {
    if (this.#target) return this.#target.onData(bytes);
    if (this.#over) return;
    if (this.#holding) {
      this.#held.push(bytes);
      return;
    }
    this.#framer.push(bytes);
    const type = this.#framer.type();
    if (type === undefined) return;
    const target = this.#route(type, this.#stream, this.#framer);
    if (!target) return this.#refuse();
    this.#target = target;
    target.proceed();
  }

  onFin(): void {
    if (this.#holding) this.#heldFin = true;
    else if (this.#target) this.#target.onFin();
    else this.#refuse();
  }

  onReset(code: number): void {
    if (this.#target) this.#target.onReset(code);
    else if (!this.#over) this.#stream.send.reset(STREAM_CODE.cancel);
    this.#over = true;
  }

  onStopped(stream: Handle, code: number): void {
    if (this.#target) this.#target.onStopped(stream, code);
    else this.#refuse();
  }

  onOverflow(stream: Handle): void {
    this.#target?.onOverflow(stream);
  }

  onPressure(stream: Handle, queued: number): void {
    this.#target?.onPressure(stream, queued);
  }

  onDrained(stream: Handle): void {
    this.#target?.onDrained(stream);
  }

  onDelivered(stream: Handle): void {
    this.#target?.onDelivered(stream);
  }

  #refuse(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.send.reset(STREAM_CODE.cancel);
    this.#stream.recv.stop(STREAM_CODE.internal);
  }
}

/** Runs something that reads the wire; tells a malformed message from a fault of our own. */
export function guarded(read: () => void, malformed: (error: WireError) => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    malformed(error);
  }
}
