import { type HopId, STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, Connection, Handle, SendEvents, SendStream } from "../../transport/index.ts";
import { decodeFetch, type FrameFormat, type Framer } from "../../wire/index.ts";
import type { Cancel, Fetcher } from "../session.ts";
import type { LiteSession } from "./lite-session.ts";
import { type Progress, Request } from "./request.ts";

/**
 * The peer wants one group (bidi 3). The answer is its frames, bare, and a FIN; a reset refuses. A FIN of the peer before the
 * answer begins is a withdrawal. moq-lite 05 and 06, Fetch.
 */
export class FetchServer extends Request implements BidiEvents, Fetcher {
  readonly #session: LiteSession;
  #cancel: Cancel | undefined;
  #events: SendEvents | undefined;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
  }

  get format(): FrameFormat {
    return this.#session.features.frames;
  }

  get connection(): Connection {
    return this.#session.connection;
  }

  get peerHop(): HopId {
    return this.#session.peerHop;
  }

  accept(events: SendEvents): SendStream {
    this.#events = events;
    return this.stream.send;
  }

  fail(code: number): void {
    if (this.#over) return;
    this.#end();
    this.refuse(code);
  }

  leave(): void {
    if (this.#over) return;
    this.#end();
    this.#cancel?.();
  }

  override onReset(code: number): void {
    this.#tell()?.onStopped(this.stream.send.handle, code);
    super.onReset(code);
  }

  override onStopped(stream: Handle, code: number): void {
    this.#tell()?.onStopped(stream, code);
    super.onStopped(stream, code);
  }

  override onOverflow(stream: Handle): void {
    this.#tell()?.onOverflow(stream);
    super.onOverflow(stream);
  }

  override onPressure(stream: Handle, queued: number): void {
    this.#tell()?.onPressure(stream, queued);
  }

  override onDrained(stream: Handle): void {
    this.#tell()?.onDrained(stream);
  }

  override onDelivered(stream: Handle): void {
    const events = this.#tell();
    this.#end();
    this.stream.recv.stop(STREAM_CODE.internal);
    events?.onDelivered(stream);
  }

  protected override read(framer: Framer): Progress {
    const body = framer.message();
    if (!body) return "short";
    const { namesPublishers, handler, features } = this.#session;
    const request = decodeFetch(body, features, namesPublishers);
    if (!handler.onFetch) {
      this.refuse(STREAM_CODE.cancel);
      return "last";
    }
    const cancel = handler.onFetch(request, this);
    if (!this.#over) this.#cancel = cancel;
    return "last";
  }

  protected override withdrawn(): void {
    if (!this.#events) this.refuse(STREAM_CODE.cancel);
  }

  #tell(): SendEvents | undefined {
    return this.#over ? undefined : this.#events;
  }

  #end(): void {
    this.#over = true;
    this.#session.requests.fetches.delete(this);
  }
}
