import type { Path } from "../../model/index.ts";
import { knownStreamCode, STREAM_CODE } from "../../model/index.ts";
import { type BidiEvents, type BidiStream, CONTROL_PRIORITY, type Connection } from "../../transport/index.ts";
import {
  BIDI,
  decodeTrackInfo,
  encodeStreamType,
  encodeTrackRequest,
  Framer,
  type Version,
  WireError,
} from "../../wire/index.ts";
import type { TrackInfoEvents } from "../session.ts";
import { Deaf } from "./deaf.ts";
import { send } from "./output.ts";

/** A question what a track is (bidi 6). moq-lite-05 and 06, Track. */
export class TrackQuestion extends Deaf implements BidiEvents {
  readonly #version: Version;
  readonly #events: TrackInfoEvents;
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  #over = false;

  constructor(
    connection: Connection,
    version: Version,
    request: { broadcast: Path; track: string },
    events: TrackInfoEvents,
    maxMessage: number,
  ) {
    super();
    this.#version = version;
    this.#events = events;
    this.#framer = new Framer(maxMessage);
    this.#stream = connection.openBidi(CONTROL_PRIORITY, this);
    send(this.#stream.send, (writer) => {
      encodeStreamType(writer, BIDI.track);
      encodeTrackRequest(writer, request, version);
    });
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.send.reset(STREAM_CODE.cancel);
    this.#stream.recv.stop(STREAM_CODE.cancel);
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#framer.push(bytes);
    try {
      const body = this.#framer.message();
      if (!body) return;
      const { priority, maxAge, timescale } = decodeTrackInfo(body, this.#version);
      this.#over = true;
      this.#stream.send.finish();
      this.#events.onInfo({ priority, maxAge, timescale });
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

  #fail(code: number): void {
    if (this.#over) return;
    this.cancel();
    this.#events.onError(code);
  }
}
