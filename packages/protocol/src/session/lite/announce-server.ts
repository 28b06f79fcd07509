import { MAX_HOPS, type Path, type RouteOffer } from "../../model/index.ts";
import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import {
  decodeAnnounceRequest,
  encodeAnnounceInit,
  encodeAnnouncement,
  encodeAnnounceOk,
  type Framer,
  type Writer,
} from "../../wire/index.ts";
import type { Announcer, Cancel } from "../session.ts";
import type { LiteSession } from "./lite-session.ts";
import { send } from "./output.ts";
import { Request } from "./request.ts";

/** What we announce to the peer (bidi 1, the answering side). moq-lite 01-06, Announce. */
export class AnnounceServer extends Request implements BidiEvents, Announcer {
  readonly #session: LiteSession;
  readonly #ids = new Map<Path, number>();
  /** Routes that the peer does not hear of because their chain has no room for our hop. */
  readonly #silent = new Set<Path>();
  #nextId = 0;
  #cancel: Cancel | undefined;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
  }

  protected override read(framer: Framer): boolean {
    const body = framer.message();
    if (!body) return false;
    const { prefix, excludeHop } = decodeAnnounceRequest(body, this.#session.features);
    this.#session.learnHop(excludeHop);
    this.#cancel = this.#session.handler.onListen(prefix, this);
    if (this.#over) this.#cancel();
    return true;
  }

  protected override withdrawn(): void {
    this.leave();
    this.stream.send.finish();
  }

  /** The peer left, or the session ended. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#session.listens.delete(this);
    this.#cancel?.();
  }

  begin(routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void {
    if (this.#over) return;
    const { features, options } = this.#session;
    const told = routes.filter(({ offer }) => offer.hops.length < MAX_HOPS);
    for (const { suffix } of routes) this.#silent.add(suffix);
    for (const { suffix } of told) this.#silent.delete(suffix);
    send(this.stream.send, (writer) => {
      if (features.announceReply === "init") {
        encodeAnnounceInit(writer, { suffixes: told.map(({ suffix }) => suffix) }, features);
        return;
      }
      if (features.announceReply === "ok")
        encodeAnnounceOk(writer, { hop: options.hop, activeCount: told.length }, features);
      for (const { suffix, offer } of told) this.#writeStart(writer, suffix, offer);
    });
  }

  start(suffix: Path, offer: RouteOffer): void {
    if (this.#over) return;
    if (offer.hops.length >= MAX_HOPS) {
      this.#silent.add(suffix);
      return;
    }
    send(this.stream.send, (writer) => this.#writeStart(writer, suffix, offer));
  }

  restart(suffix: Path, offer: RouteOffer): void {
    if (this.#over) return;
    if (this.#silent.delete(suffix)) return this.start(suffix, offer);
    if (offer.hops.length >= MAX_HOPS) {
      this.end(suffix);
      this.#silent.add(suffix);
      return;
    }
    const { features } = this.#session;
    send(this.stream.send, (writer) => {
      const id = this.#ids.get(suffix);
      if (id !== undefined) {
        this.#writeIncarnation(writer, offer);
        const { hops, warm, cold } = offer;
        encodeAnnouncement(writer, { kind: "restart", id, hops, cost: { warm, cold } }, features);
        return;
      }
      if (features.duplicateAnnounce === "fatal") this.#writeEnd(writer, suffix);
      this.#writeStart(writer, suffix, offer);
    });
  }

  end(suffix: Path): void {
    if (this.#over || this.#silent.delete(suffix)) return;
    send(this.stream.send, (writer) => this.#writeEnd(writer, suffix));
  }

  #writeStart(writer: Writer, suffix: Path, offer: RouteOffer): void {
    const { features, options } = this.#session;
    if (features.announcements === "typed") {
      this.#ids.set(suffix, this.#nextId++);
      this.#writeIncarnation(writer, offer);
      const { hops, warm, cold } = offer;
      encodeAnnouncement(writer, { kind: "start", suffix, hops, cost: { warm, cold } }, features);
      return;
    }
    const hops = features.hopIncludesSender ? [...offer.hops, options.hop] : offer.hops;
    encodeAnnouncement(writer, { kind: "status", status: "active", suffix, hops }, features);
  }

  #writeEnd(writer: Writer, suffix: Path): void {
    const { features } = this.#session;
    const id = this.#ids.get(suffix);
    if (features.announcements !== "typed") {
      encodeAnnouncement(writer, { kind: "status", status: "ended", suffix, hops: [] }, features);
    } else if (id !== undefined) {
      this.#ids.delete(suffix);
      encodeAnnouncement(writer, { kind: "end", id }, features);
    }
  }

  #writeIncarnation(writer: Writer, { incarnation }: RouteOffer): void {
    if (incarnation === undefined || !this.#session.amongOurs) return;
    encodeAnnouncement(writer, { kind: "incarnation", incarnation }, this.#session.features);
  }
}
