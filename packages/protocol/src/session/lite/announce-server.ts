import { type HopId, MAX_HOPS, type Path, type RouteOffer } from "../../model/index.ts";
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
import { type Progress, Request } from "./request.ts";

/** A live announcement as the peer knows it. */
interface Told {
  /** Of its START; only 06 uses it. */
  readonly id: number;
  readonly publisher: HopId | undefined;
}

/** What we announce to the peer (bidi 1, the answering side). moq-lite 01-06, Announce. */
export class AnnounceServer extends Request implements BidiEvents, Announcer {
  readonly #session: LiteSession;
  /** What the peer was told. Missing are routes whose chain has no room for our hop. */
  readonly #told = new Map<Path, Told>();
  #nextId = 0;
  #cancel: Cancel | undefined;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
  }

  protected override read(framer: Framer): Progress {
    const body = framer.message();
    if (!body) return "short";
    const { prefix, excludeHop } = decodeAnnounceRequest(body, this.#session.features);
    this.#session.peer.learnHop(excludeHop);
    this.#cancel = this.#session.handler.onListen(prefix, this);
    if (this.#over) this.#cancel();
    return "last";
  }

  protected override withdrawn(): void {
    this.leave();
    this.stream.send.finish();
  }

  /** The peer left, or the session ended. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#session.requests.listens.delete(this);
    this.#cancel?.();
  }

  begin(routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void {
    if (this.#over) return;
    const { features, options } = this.#session;
    const fitting = routes.filter(({ offer }) => fits(offer));
    send(this.stream.send, (writer) => {
      if (features.announceReply === "init") {
        encodeAnnounceInit(writer, { suffixes: fitting.map(({ suffix }) => suffix) }, features);
        for (const { suffix, offer } of fitting) this.#note(suffix, offer);
        return;
      }
      if (features.announceReply === "ok")
        encodeAnnounceOk(writer, { hop: options.hop, activeCount: fitting.length }, features);
      for (const { suffix, offer } of fitting) this.#writeStart(writer, suffix, offer);
    });
  }

  start(suffix: Path, offer: RouteOffer): void {
    if (this.#over || !fits(offer)) return;
    send(this.stream.send, (writer) => this.#writeStart(writer, suffix, offer));
  }

  restart(suffix: Path, offer: RouteOffer): void {
    const told = this.#told.get(suffix);
    if (!told) return this.start(suffix, offer);
    if (!fits(offer)) return this.end(suffix);
    if (this.#over) return;
    const { features } = this.#session;
    const ends = features.announcements === "status" && features.duplicateAnnounce === "fatal";
    // Here a change can be told as an end only, and a viewer would stop: not for another way to the same publisher.
    if (ends && told.publisher === offer.hops[0]) return;
    send(this.stream.send, (writer) => {
      if (ends) this.#writeEnd(writer, suffix);
      if (features.announcements === "typed") this.#writeRestart(writer, told.id, offer);
      else this.#writeStart(writer, suffix, offer);
    });
  }

  end(suffix: Path): void {
    if (this.#over || !this.#told.has(suffix)) return;
    send(this.stream.send, (writer) => this.#writeEnd(writer, suffix));
  }

  #note(suffix: Path, offer: RouteOffer): void {
    this.#told.set(suffix, { id: this.#nextId++, publisher: offer.hops[0] });
  }

  #writeStart(writer: Writer, suffix: Path, offer: RouteOffer): void {
    const { features, options } = this.#session;
    this.#note(suffix, offer);
    if (features.announcements === "typed") {
      this.#writeIncarnation(writer, offer);
      const { hops, warm, cold } = offer;
      encodeAnnouncement(writer, { kind: "start", suffix, hops, cost: { warm, cold } }, features);
      return;
    }
    const hops = features.hopIncludesSender ? [...offer.hops, options.hop] : offer.hops;
    encodeAnnouncement(writer, { kind: "status", status: "active", suffix, hops }, features);
  }

  #writeRestart(writer: Writer, id: number, offer: RouteOffer): void {
    this.#writeIncarnation(writer, offer);
    const { hops, warm, cold } = offer;
    encodeAnnouncement(writer, { kind: "restart", id, hops, cost: { warm, cold } }, this.#session.features);
  }

  #writeEnd(writer: Writer, suffix: Path): void {
    const { features } = this.#session;
    const told = this.#told.get(suffix);
    this.#told.delete(suffix);
    if (features.announcements !== "typed") {
      encodeAnnouncement(writer, { kind: "status", status: "ended", suffix, hops: [] }, features);
    } else if (told) {
      encodeAnnouncement(writer, { kind: "end", id: told.id }, features);
    }
  }

  #writeIncarnation(writer: Writer, { incarnation }: RouteOffer): void {
    if (incarnation === undefined || !this.#session.amongOurs) return;
    encodeAnnouncement(writer, { kind: "incarnation", incarnation }, this.#session.features);
  }
}

/** Whether our own hop can be added: by us, or by the peer from our ANNOUNCE_OK. */
function fits({ hops }: RouteOffer): boolean {
  return hops.length < MAX_HOPS;
}
