import { CLOSE_CODE, type HopId, type Path, type RouteOffer } from "../../model/index.ts";
import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import {
  type Announcement,
  BIDI,
  decodeAnnounceInit,
  decodeAnnounceOk,
  encodeAnnounceRequest,
  encodeStreamType,
  Framer,
  readAnnouncement,
  WireError,
} from "../../wire/index.ts";
import type { ListenEvents } from "../session.ts";
import { readOffer } from "./chain.ts";
import type { Waiting } from "./deadlines.ts";
import { Deaf } from "./deaf.ts";
import type { LiteSession } from "./lite-session.ts";
import { ask } from "./output.ts";

const FREE = { warm: 0, cold: 0 };

/**
 * What the peer announces to us (bidi 1, the asking side), in the terms of one model: routes by suffix. moq-lite 01-06,
 * Announce. Any violation here ends the session, for nobody could tell any more which routes are live.
 */
export class Listening extends Deaf implements BidiEvents, Waiting {
  readonly #session: LiteSession;
  readonly #events: ListenEvents;
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  /** Live suffixes, and whether their route is one that can be used; on 06 also by the id of their START. */
  readonly #live = new Map<Path, boolean>();
  readonly #byId = new Map<number, Path>();
  #nextId = 0;
  /** What ANNOUNCE_OK said; undefined until then, and on versions without it. */
  #sender: HopId | undefined;
  #answered = false;
  /** Announcements of the first answer that are still to come. */
  #pending = 0;
  #incarnation: number | undefined;
  /** Messages that were taken. */
  #taken = 0;
  #over = false;

  constructor(session: LiteSession, prefix: Path, events: ListenEvents) {
    super();
    this.#session = session;
    this.#events = events;
    this.#framer = new Framer(session.options.limits.maxMessage);
    this.#answered = session.features.announceReply === "none";
    this.#stream = ask(session.connection, this, (writer) => {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix, excludeHop: session.options.hop }, session.features);
    });
  }

  cancel(): void {
    if (this.#over) return;
    this.#leave();
    this.#stream.send.finish();
    this.#stream.recv.stop(0);
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#framer.push(bytes);
    try {
      if (!this.#answered && !this.#readAnswer()) return this.#watch();
      for (;;) {
        const announcement = this.#over ? undefined : readAnnouncement(this.#framer, this.#session.features);
        if (!announcement) return this.#watch();
        this.#taken += 1;
        this.#take(announcement);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#violation(error.message);
    }
  }

  onFin(): void {
    if (this.#over) return;
    if (this.#framer.buffered > 0) return this.#violation("ended inside a message");
    this.#leave();
    this.#stream.send.finish();
    this.#events.onClosed();
  }

  onReset(): void {
    if (this.#over) return;
    this.#leave();
    // On 06 this is how a peer says that it lost track of its own announcements.
    if (this.#session.features.announcements === "typed") this.#session.close(CLOSE_CODE.internal, "announce reset");
    else this.#events.onClosed();
  }

  #readAnswer(): boolean {
    const body = this.#framer.message();
    if (!body) return false;
    this.#answered = true;
    this.#taken += 1;
    if (this.#session.features.announceReply === "init") {
      const { suffixes } = decodeAnnounceInit(body, this.#session.features);
      for (const suffix of suffixes) this.#start(suffix, this.#offer([]));
      this.#complete();
    } else {
      const { hop, activeCount } = decodeAnnounceOk(body, this.#session.features);
      this.#sender = hop;
      this.#pending = activeCount;
      if (activeCount === 0) this.#complete();
    }
    return true;
  }

  #take(announcement: Announcement): void {
    switch (announcement.kind) {
      case "incarnation":
        // From others it is a type to pass over: nobody shall make itself younger than it is.
        if (this.#session.amongOurs) this.#incarnation = announcement.incarnation;
        return;
      case "status":
        this.#takeStatus(announcement);
        break;
      case "start":
        this.#byId.set(this.#nextId++, announcement.suffix);
        this.#start(announcement.suffix, this.#offer(announcement.hops, announcement.cost));
        break;
      case "restart": {
        const suffix = this.#byId.get(announcement.id);
        if (suffix === undefined) return this.#violation(`RESTART of unknown id ${announcement.id}`);
        this.#restart(suffix, this.#offer(announcement.hops, announcement.cost));
        break;
      }
      case "end": {
        const suffix = this.#byId.get(announcement.id);
        if (suffix === undefined) return this.#violation(`END of unknown id ${announcement.id}`);
        this.#byId.delete(announcement.id);
        this.#end(suffix);
        break;
      }
      case "unknown":
        return;
    }
    this.#incarnation = undefined;
    if (this.#pending > 0 && --this.#pending === 0) this.#complete();
  }

  #takeStatus({ status, suffix, hops }: Extract<Announcement, { kind: "status" }>): void {
    // An end of something unknown is a race or a peer's slip; it changes nothing.
    if (status === "ended") return this.#end(suffix);
    if (!this.#live.has(suffix)) return this.#start(suffix, this.#offer(hops));
    if (this.#session.features.duplicateAnnounce === "fatal") return this.#violation(`${suffix} announced twice`);
    this.#restart(suffix, this.#offer(hops));
  }

  #start(suffix: Path, offer: RouteOffer | undefined): void {
    if (this.#live.has(suffix)) return this.#violation(`${suffix} announced twice`);
    if (this.#live.size >= this.#session.options.limits.maxAnnounced) return this.#violation("too many");
    this.#live.set(suffix, offer !== undefined);
    if (offer) this.#events.onStart(suffix, offer);
  }

  #restart(suffix: Path, offer: RouteOffer | undefined): void {
    const usable = this.#live.get(suffix);
    this.#live.set(suffix, offer !== undefined);
    if (!offer) {
      if (usable) this.#events.onEnd(suffix);
    } else if (usable) this.#events.onRestart(suffix, offer);
    else this.#events.onStart(suffix, offer);
  }

  #end(suffix: Path): void {
    const usable = this.#live.get(suffix);
    this.#live.delete(suffix);
    if (usable) this.#events.onEnd(suffix);
  }

  #offer(hops: readonly HopId[], cost: { warm: number; cold: number } = FREE): RouteOffer | undefined {
    const { peer, linkCost } = this.#session;
    return readOffer(hops, cost, this.#incarnation, { sender: this.#sender, stamp: peer.stamp, linkCost });
  }

  #complete(): void {
    if (!this.#over) this.#events.onComplete(this.#session.peerSettled);
  }

  onTimeout(): void {
    this.#over = true;
    this.#session.close(CLOSE_CODE.timeout, "announce: a message did not end");
  }

  #watch(): void {
    const unfinished = !this.#over && this.#framer.buffered > 0;
    this.#session.deadlines.watch(this, unfinished ? this.#taken : undefined);
  }

  #leave(): void {
    this.#over = true;
    this.#session.deadlines.watch(this, undefined);
  }

  #violation(detail: string): void {
    this.#leave();
    this.#session.close(CLOSE_CODE.protocolViolation, `announce: ${detail}`);
  }
}
