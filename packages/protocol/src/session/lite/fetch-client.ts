import { knownStreamCode, NO_HOP, STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, RecvEvents } from "../../transport/index.ts";
import { BIDI, encodeFetch, encodeStreamType } from "../../wire/index.ts";
import type { Fetching, FetchRequest } from "../session.ts";
import { Deaf } from "./deaf.ts";
import type { LiteSession } from "./lite-session.ts";
import { ask } from "./output.ts";

/** A fetch of ours (bidi 3): what comes back goes on as it is. moq-lite 05 and 06, Fetch. */
export class LiteFetch extends Deaf implements Fetching, BidiEvents {
  readonly frameStart: number;
  readonly #events: RecvEvents;
  readonly #stream: BidiStream;
  #over = false;

  constructor(session: LiteSession, request: FetchRequest, events: RecvEvents) {
    super();
    const { namesPublishers, connection, features } = session;
    this.frameStart = features.frameBounds ? request.startFrame : 0;
    this.#events = events;
    // The sending side stays open until the answer is whole: to finish it would withdraw the request.
    this.#stream = ask(connection, this, (writer) => {
      encodeStreamType(writer, BIDI.fetch);
      encodeFetch(
        writer,
        { ...request, publisher: namesPublishers ? (request.publisher ?? NO_HOP) : undefined },
        features,
      );
    });
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.send.reset(STREAM_CODE.cancel);
    this.#stream.recv.stop(STREAM_CODE.cancel);
  }

  onData(bytes: Uint8Array): void {
    if (!this.#over) this.#events.onData(bytes);
  }

  onFin(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.send.finish();
    this.#events.onFin();
  }

  onReset(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.send.reset(STREAM_CODE.cancel);
    this.#events.onReset(knownStreamCode(code));
  }
}
