import { STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import { BIDI, decodeProbe, encodeStreamType, Framer } from "../../wire/index.ts";
import type { Waiting } from "./deadlines.ts";
import { Deaf } from "./deaf.ts";
import { guarded } from "./incoming.ts";
import type { LiteSession } from "./lite-session.ts";
import { ask } from "./output.ts";

/** Asks the peer how fast the way from it to us is (bidi 4), for as long as the session lasts. moq-lite 03-06, Probe. */
export class ProbeQuestion extends Deaf implements BidiEvents, Waiting {
  readonly #session: LiteSession;
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  /** Reports that were taken. */
  #reports = 0;
  #over = false;

  constructor(session: LiteSession) {
    super();
    this.#session = session;
    this.#framer = new Framer(session.options.limits.maxMessage);
    this.#stream = ask(session.connection, this, (writer) => encodeStreamType(writer, BIDI.probe));
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#framer.push(bytes);
    guarded(
      () => this.#read(),
      () => {
        this.#end();
        this.#stream.recv.stop(STREAM_CODE.cancel);
      },
    );
  }

  onFin(): void {
    this.#end();
  }

  /** The peer has nothing to report, or no wish to: nothing depends on it. */
  onReset(): void {
    this.#end();
  }

  onTimeout(): void {
    this.#end();
    this.#stream.recv.stop(STREAM_CODE.controlTimeout);
  }

  #read(): void {
    for (;;) {
      const body = this.#framer.message();
      if (!body) break;
      this.#reports += 1;
      this.#session.hearEstimate(decodeProbe(body, this.#session.features));
    }
    const unfinished = this.#framer.buffered > 0;
    this.#session.deadlines.watch(this, unfinished ? this.#reports : undefined);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#session.deadlines.watch(this, undefined);
    this.#stream.send.finish();
  }
}
