import { type HopId, MAX_HOPS, type Path, type RouteOffer } from "../../model/index.ts";
import { encodeAnnounceInit, encodeAnnouncement, encodeAnnounceOk, type Writer } from "../../wire/index.ts";
import type { LiteSession } from "./lite-session.ts";

/** A live announcement as the peer knows it. */
interface Told {
  /** Of its START; only 06 uses it. */
  readonly id: number;
  readonly publisher: HopId | undefined;
}

/**
 * Announcements in the form of a version, as differences from what the peer was told before: at most one live announcement
 * for each name, and nothing about names that it has not heard of. moq-lite 01-06, Announce.
 */
export class AnnounceWriter {
  readonly #session: LiteSession;
  readonly #told = new Map<Path, Told>();
  #nextId = 0;

  constructor(session: LiteSession) {
    this.#session = session;
  }

  /** Whether the peer has been told that this name is live. */
  knows(suffix: Path): boolean {
    return this.#told.has(suffix);
  }

  /** How many announcements make up the first answer. moq-lite 05 and 06, ANNOUNCE_OK. */
  ok(writer: Writer, activeCount: number): void {
    const { features, options } = this.#session;
    encodeAnnounceOk(writer, { hop: options.hop, activeCount }, features);
  }

  /** The first answer, or the beginning of it. moq-lite 01 and 02, ANNOUNCE_INIT. */
  init(writer: Writer, routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void {
    encodeAnnounceInit(writer, { suffixes: routes.map(({ suffix }) => suffix) }, this.#session.features);
    for (const { suffix, offer } of routes) this.#note(suffix, offer);
  }

  /** The name is live, and this is the way to it; the chain must fit. */
  offer(writer: Writer, suffix: Path, offer: RouteOffer): void {
    const told = this.#told.get(suffix);
    if (!told) return this.#start(writer, suffix, offer);
    const { features } = this.#session;
    if (features.announcements === "typed") return this.#restart(writer, told.id, offer);
    if (features.duplicateAnnounce !== "fatal") return this.#start(writer, suffix, offer);
    // Here a change can be told as an end only, and a viewer would stop: not for another way to the same publisher.
    if (told.publisher === offer.hops[0]) return;
    this.end(writer, suffix);
    this.#start(writer, suffix, offer);
  }

  end(writer: Writer, suffix: Path): void {
    const told = this.#told.get(suffix);
    if (!told) return;
    this.#told.delete(suffix);
    const { features } = this.#session;
    if (features.announcements === "typed") encodeAnnouncement(writer, { kind: "end", id: told.id }, features);
    else encodeAnnouncement(writer, { kind: "status", status: "ended", suffix, hops: [] }, features);
  }

  #note(suffix: Path, offer: RouteOffer): void {
    this.#told.set(suffix, { id: this.#nextId++, publisher: offer.hops[0] });
  }

  #start(writer: Writer, suffix: Path, offer: RouteOffer): void {
    const { features, options } = this.#session;
    this.#note(suffix, offer);
    if (features.announcements === "typed") {
      this.#incarnation(writer, offer);
      const { hops, warm, cold } = offer;
      encodeAnnouncement(writer, { kind: "start", suffix, hops, cost: { warm, cold } }, features);
      return;
    }
    const hops = features.hopIncludesSender ? [...offer.hops, options.hop] : offer.hops;
    encodeAnnouncement(writer, { kind: "status", status: "active", suffix, hops }, features);
  }

  #restart(writer: Writer, id: number, offer: RouteOffer): void {
    this.#incarnation(writer, offer);
    const { hops, warm, cold } = offer;
    encodeAnnouncement(writer, { kind: "restart", id, hops, cost: { warm, cold } }, this.#session.features);
  }

  #incarnation(writer: Writer, { incarnation }: RouteOffer): void {
    const { amongOurs, features } = this.#session;
    if (incarnation === undefined || !amongOurs) return;
    encodeAnnouncement(writer, { kind: "incarnation", incarnation }, features);
  }
}

/** Whether our own hop can be added: by us, or by the peer from our ANNOUNCE_OK. */
export function fits({ hops }: RouteOffer): boolean {
  return hops.length < MAX_HOPS;
}
