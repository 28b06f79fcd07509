import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import { decodeTrackRequest, encodeTrackInfo, type Framer } from "../../wire/index.ts";
import type { Cancel, TrackInfo, TrackInfoAnswer } from "../session.ts";
import type { LiteSession } from "./lite-session.ts";
import { send } from "./output.ts";
import { type Progress, Request } from "./request.ts";

/** The peer asks what a track is (bidi 6). moq-lite-05 and 06, Track. */
export class TrackServer extends Request implements BidiEvents, TrackInfoAnswer {
  readonly #session: LiteSession;
  #cancel: Cancel | undefined;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
  }

  protected override read(framer: Framer): Progress {
    const body = framer.message();
    if (!body) return "short";
    const { broadcast, track } = decodeTrackRequest(body, this.#session.features);
    const cancel = this.#session.handler.onTrackInfo(broadcast, track, this);
    if (!this.#over) this.#cancel = cancel;
    return "last";
  }

  /** Some peers finish their side with the question; they still want the answer. */
  protected override withdrawn(): void {}

  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#session.requests.questions.delete(this);
    this.#cancel?.();
  }

  info(info: TrackInfo): void {
    if (this.#over) return;
    this.#finish();
    const { features } = this.#session;
    send(this.stream.send, (writer) => encodeTrackInfo(writer, { ...info, ordered: false }, features));
    this.stream.send.finish();
  }

  fail(code: number): void {
    if (this.#over) return;
    this.#finish();
    this.refuse(code);
  }

  #finish(): void {
    this.#over = true;
    this.#session.requests.questions.delete(this);
  }
}
