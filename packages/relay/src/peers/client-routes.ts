import { type HopId, joinPath, NO_HOP, type Path, type RouteOffer } from "@moq-relay/protocol/model";
import type { ListenEvents } from "@moq-relay/protocol/session";
import { RefusedPaths } from "../routing/index.ts";
import type { Grants } from "./grants.ts";
import { canBeTold } from "./names.ts";
import { Pace, type PaceOptions } from "./pace.ts";

/** Where the announcements of one peer go: routes that enter the cluster here. */
export interface RouteSink {
  /** False when there is no room for it: `ClientRoutes.retry` is to be called when there is. */
  offer(path: Path, offer: RouteOffer): boolean;
  withdraw(path: Path): void;
  /** An announcement was not taken. */
  refused(path: Path, why: RouteRefusal): void;
  /** A change has to wait, for there were too many. */
  heldBack(path: Path): void;
}

/** Not granted (or too long a name); or one too many, of its own or of those that it says to pass on. */
export type RouteRefusal = "forbidden" | "too many own" | "too many passed on";

/** What a peer is taken for: its chains say what it likes. */
export type Standing =
  /** Anybody: all that it announces is its own and counts, whoever is said to publish it. */
  | "client"
  /** It says that it is a relay, where that is believed: what it passes on does not count. */
  | "said relay"
  /** We dialled it as a relay: the session's own cap is enough. */
  | "relay";

export interface ClientRoutesOptions {
  /** Announcements of a client at once. */
  readonly max: number;
  /** How fast the announcements of a client may change. */
  readonly pace: PaceOptions;
  /** Asked each time, for on older versions the peer says who it is after it was asked what it has. */
  readonly standing: () => Standing;
  /** Our own identity. */
  readonly self: HopId;
  /** Who the peer is, in chains; asked each time, too. */
  readonly identity: () => PeerIdentity;
}

/** The identity of a peer. */
export interface PeerIdentity {
  /** Its own, or the one that it was given here. */
  readonly hop: HopId;
  /** Whether it is its own. */
  readonly named: boolean;
}

interface Taken {
  readonly offer: RouteOffer;
  readonly counts: boolean;
}

/** Hears what a client, or a relay outside the cluster, has; takes what it may publish. */
export class ClientRoutes implements ListenEvents {
  readonly #grants: Grants;
  readonly #sink: RouteSink;
  readonly #options: ClientRoutesOptions;
  readonly #taken = new Map<Path, Taken>();
  /** What was offered and not withdrawn: those taken, but for changes that wait. */
  readonly #offered = new Set<Path>();
  /** Of those offered, what found no room. */
  readonly #refused = new RefusedPaths();
  readonly #pace: Pace;
  #counted = 0;

  constructor(grants: Grants, sink: RouteSink, options: ClientRoutesOptions) {
    this.#grants = grants;
    this.#sink = sink;
    this.#options = options;
    this.#pace = new Pace(options.pace, (path) => this.#apply(path));
  }

  onComplete(): void {}

  onStart(suffix: Path, offer: RouteOffer): void {
    const path = joinPath(this.#grants.root, suffix);
    if (!canBeTold(path) || !this.#grants.mayPublish(path)) return this.#sink.refused(path, "forbidden");
    const counts = this.#counts(offer);
    if (counts && !this.#taken.get(path)?.counts && this.#counted >= this.#options.max) {
      this.#lose(path);
      return this.#sink.refused(path, isOwn(offer) ? "too many own" : "too many passed on");
    }
    this.#forget(path);
    this.#taken.set(path, { offer: this.#believed(offer), counts });
    if (counts) this.#counted += 1;
    this.#changed(path);
  }

  /** The chain is another one, so that it may count now and not have counted before. */
  onRestart(suffix: Path, offer: RouteOffer): void {
    this.onStart(suffix, offer);
  }

  onEnd(suffix: Path): void {
    this.#lose(joinPath(this.#grants.root, suffix));
  }

  onClosed(): void {
    for (const path of [...this.#taken.keys()]) this.#lose(path);
  }

  /** Offers one of those again that found no room. False when none is left. */
  retry(): boolean {
    const path = this.#refused.take();
    if (path !== undefined) this.#apply(path);
    return this.#refused.size > 0;
  }

  /** What speaks for or against a path has changed: it is offered again, if it was. */
  renew(path: Path): void {
    if (this.#taken.has(path) && this.#offered.has(path)) this.#apply(path);
  }

  /** The session is over: what becomes of its routes is for others to say. */
  stop(): void {
    this.#pace.stop();
    this.#refused.clear();
  }

  #changed(path: Path): void {
    if (this.#options.standing() === "client") {
      if (!this.#pace.change(path)) this.#sink.heldBack(path);
      return;
    }
    this.#pace.forget(path);
    this.#apply(path);
  }

  /** Brings the sink up to date. */
  #apply(path: Path): void {
    const taken = this.#taken.get(path);
    if (taken) {
      this.#offered.add(path);
      if (this.#sink.offer(path, taken.offer)) this.#refused.delete(path);
      else this.#refused.add(path);
    } else if (this.#offered.delete(path)) {
      this.#refused.delete(path);
      this.#sink.withdraw(path);
    }
  }

  /**
   * What anybody announces is its own, whatever its chain says: others take the hops in there for relays of the cluster, and
   * go there for what they want.
   */
  #believed(offer: RouteOffer): RouteOffer {
    const { standing, self, identity } = this.#options;
    if (this.#grants.relay || standing() !== "client") return offer;
    // What has been here before is for the table to decline.
    if (offer.hops.includes(self)) return offer;
    const { hop, named } = identity();
    if (named) return { ...offer, hops: [hop] };
    // Before 06 some say only here who they are.
    return offer.hops.length === 1 ? offer : { ...offer, hops: [hop, NO_HOP] };
  }

  #counts(offer: RouteOffer): boolean {
    const standing = this.#options.standing();
    return standing === "client" || (standing === "said relay" && isOwn(offer));
  }

  #lose(path: Path): void {
    if (!this.#forget(path)) return;
    // What nobody has heard of need not end: else a client could have any number of names wait.
    if (this.#offered.has(path)) this.#changed(path);
    else this.#pace.forget(path);
  }

  #forget(path: Path): boolean {
    if (this.#taken.get(path)?.counts) this.#counted -= 1;
    return this.#taken.delete(path);
  }
}

/** The chain is the peer alone, or the stamp that stands for it. */
function isOwn({ hops }: RouteOffer): boolean {
  return hops.length === 1 || (hops.length === 2 && hops[1] === 0n);
}
