import type { Path } from "../../model/index.ts";
import { knownStreamCode, STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import { BIDI, decodeTrackInfo, encodeStreamType, encodeTrackRequest, Framer, WireError } from "../../wire/index.ts";
import type { TrackInfoEvents } from "../session.ts";
import type { Waiting } from "./deadlines.ts";
import { Deaf } from "./deaf.ts";
import type { LiteSession } from "./lite-session.ts";
import { ask } from "./output.ts";

/** A question what a track is (bidi 6). moq-lite-05 and 06, Track. */
export class TrackQuestion extends Deaf implements BidiEvents, Waiting {
  readonly #session: LiteSession;
  readonly #events: TrackInfoEvents;
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  #over = false;

  constructor(session: LiteSession, request: { broadcast: Path; track: string }, events: TrackInfoEvents) {
    super();
    this.#session = session;
    this.#events = events;
    this.#framer = new Framer(session.options.limits.maxMessage);
    this.#stream = ask(session.connection, this, (writer) => {
      encodeStreamType(writer, BIDI.track);
      encodeTrackRequest(writer, request, session.features);
    });
  }

  cancel(): void {
    if (this.#over) return;
    this.#end();
    this.#stream.send.reset(STREAM_CODE.cancel);
    this.#stream.recv.stop(STREAM_CODE.cancel);
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#framer.push(bytes);
    try {
      const body = this.#framer.message();
      if (!body) return this.#session.deadlines.watch(this, 0);
      const { priority, maxAge, timescale } = decodeTrackInfo(body, this.#session.features);
      this.#end();
      this.#events.onInfo({ priority, maxAge, timescale });
      this.#stream.send.finish();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(STREAM_CODE.malformedTrack);
    }
  }

  onFin(): void {
    this.#fail(STREAM_CODE.internal);
  }

  onReset(code: number): void {
    this.#fail(knownStreamCode(code));
  }

  onTimeout(): void {
    this.#fail(STREAM_CODE.controlTimeout);
  }

  #end(): void {
    this.#over = true;
    this.#session.deadlines.watch(this, undefined);
  }

  #fail(code: number): void {
    if (this.#over) return;
    this.cancel();
    this.#events.onError(code);
  }
}
