import { STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, Handle, RecvEvents, RecvStream } from "../../transport/index.ts";
import { Framer, WireError } from "../../wire/index.ts";
import type { Deadlines, Waiting } from "./deadlines.ts";

/** Who goes on with a stream, once its type is known. */
export interface Begun extends Waiting {
  /** Reads what the framer already holds. */
  proceed(): void;
  /** The number, on its stream, of the message of which something is missing: 0 until the first is whole; undefined: none. */
  readonly awaits: number | undefined;
}

/** What incoming streams need of their session. */
export interface Arrival<Stream, Events> {
  /** Bytes. */
  readonly maxMessage: number;
  readonly deadlines: Deadlines;
  /** Who goes on with a stream of this type; undefined for nobody. */
  readonly route: (type: number, stream: Stream, framer: Framer) => (Events & Begun) | undefined;
}

/** A one-way stream of the peer whose type is still to be read. */
export class IncomingUni implements RecvEvents, Waiting {
  readonly #stream: RecvStream;
  readonly #arrival: Arrival<RecvStream, RecvEvents>;
  readonly #framer: Framer;
  #target: (RecvEvents & Begun) | undefined;
  /** All that has a form is read; what follows is passed on as it is. */
  #read = false;
  #over = false;

  constructor(stream: RecvStream, arrival: Arrival<RecvStream, RecvEvents>) {
    this.#stream = stream;
    this.#arrival = arrival;
    this.#framer = new Framer(arrival.maxMessage);
    arrival.deadlines.watch(this, 0);
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    if (this.#target) this.#target.onData(bytes);
    else this.#readType(bytes);
    if (!this.#read) this.#watch();
  }

  onFin(): void {
    this.#leave();
    this.#target?.onFin();
  }

  onReset(code: number): void {
    this.#leave();
    this.#target?.onReset(code);
  }

  onTimeout(): void {
    this.#over = true;
    if (this.#target) this.#target.onTimeout();
    else this.#stream.stop(STREAM_CODE.controlTimeout);
  }

  #readType(bytes: Uint8Array): void {
    this.#framer.push(bytes);
    const type = this.#framer.type();
    if (type === undefined) return;
    const target = this.#arrival.route(type, this.#stream, this.#framer);
    if (!target) {
      // A kind that we do not know: not an error of the session (protocol notes 2.1).
      this.#over = true;
      return this.#stream.stop(STREAM_CODE.internal);
    }
    this.#target = target;
    target.proceed();
  }

  #watch(): void {
    const awaits = this.#over ? undefined : this.#target ? this.#target.awaits : 0;
    this.#read = awaits === undefined;
    this.#arrival.deadlines.watch(this, awaits);
  }

  #leave(): void {
    if (!this.#read) this.#arrival.deadlines.watch(this, undefined);
  }
}

/**
 * A two-way stream of the peer whose type is still to be read. Until the session knows its version nothing is read: what
 * a stream says before the handshake is kept, and answered after it.
 */
export class IncomingBidi implements BidiEvents, Waiting {
  readonly #stream: BidiStream;
  readonly #arrival: Arrival<BidiStream, BidiEvents>;
  readonly #framer: Framer;
  readonly #held: Uint8Array[] = [];
  #holding: boolean;
  #heldFin = false;
  #target: (BidiEvents & Begun) | undefined;
  #over = false;

  constructor(stream: BidiStream, arrival: Arrival<BidiStream, BidiEvents>, holding: boolean) {
    this.#stream = stream;
    this.#arrival = arrival;
    this.#framer = new Framer(arrival.maxMessage);
    this.#holding = holding;
    // What was sent before is bounded by the flow control of a stream that nobody reads.
    if (holding) stream.recv.pause();
    else this.#watch();
  }

  /** The handshake is over. */
  release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#watch();
    for (const bytes of this.#held) this.onData(bytes);
    this.#held.length = 0;
    if (this.#heldFin) this.onFin();
    else if (!this.#over) this.#stream.recv.resume();
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    if (this.#holding) {
      this.#held.push(bytes);
      return;
    }
    if (this.#target) this.#target.onData(bytes);
    else this.#readType(bytes);
    this.#watch();
  }

  onFin(): void {
    if (this.#holding) {
      this.#heldFin = true;
      return;
    }
    this.#unwatch();
    if (this.#target) this.#target.onFin();
    else this.#refuse(STREAM_CODE.cancel);
  }

  onReset(code: number): void {
    this.#unwatch();
    if (this.#target) this.#target.onReset(code);
    else if (!this.#over) this.#stream.send.reset(STREAM_CODE.cancel);
    this.#over = true;
  }

  onStopped(stream: Handle, code: number): void {
    this.#unwatch();
    if (this.#target) this.#target.onStopped(stream, code);
    else this.#refuse(STREAM_CODE.cancel);
  }

  onTimeout(): void {
    if (this.#target) this.#target.onTimeout();
    else this.#refuse(STREAM_CODE.controlTimeout);
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

  #readType(bytes: Uint8Array): void {
    this.#framer.push(bytes);
    const type = this.#framer.type();
    if (type === undefined) return;
    const target = this.#arrival.route(type, this.#stream, this.#framer);
    if (!target) return this.#refuse(STREAM_CODE.cancel);
    this.#target = target;
    target.proceed();
  }

  #watch(): void {
    const awaits = this.#over ? undefined : this.#target ? this.#target.awaits : 0;
    this.#arrival.deadlines.watch(this, awaits);
  }

  #unwatch(): void {
    this.#arrival.deadlines.watch(this, undefined);
  }

  #refuse(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#unwatch();
    this.#stream.send.reset(code);
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
