import {
  CLOSE_CODE,
  type Clock,
  type HopId,
  NO_HOP,
  type Path,
  type Random,
  type RouteOffer,
  STREAM_CODE,
} from "@moq-relay/protocol/model";
import {
  type Announcer,
  type Cancel,
  type LiteLimits,
  LiteSession,
  type NodeHello,
  type Session,
} from "@moq-relay/protocol/session";
import type { CloseInfo, Connection, ConnectionEvents } from "@moq-relay/protocol/transport";
import type { VersionName } from "@moq-relay/protocol/wire";
import { DISBELIEF } from "./cluster/disbelief.ts";
import type { Leaving } from "./drain.ts";
import { type Candidate, Hub, type HubOptions, type Locator, type Supplier } from "./hub/index.ts";
import { announceFrom } from "./peers/announcements.ts";
import type { ClientObserver } from "./peers/client-log.ts";
import { ClientRoutes, type RouteRefusal, type Standing } from "./peers/client-routes.ts";
import { type Credential, type Shown, WORD } from "./peers/credential.ts";
import { Echoes } from "./peers/echoes.ts";
import { Flapping } from "./peers/flapping.ts";
import { CLUSTER_GRANTS, type Grants } from "./peers/grants.ts";
import { Lease } from "./peers/lease.ts";
import { isReserved } from "./peers/names.ts";
import { Peer, type PeerHost } from "./peers/peer.ts";
import { type LinkId, type Route, RouteTable, type View } from "./routing/index.ts";

/** What connects a relay to others of its cluster; without it a relay stands alone. */
export interface Membership {
  /** What this node says of itself to others of its kind; undefined when it is none. */
  hello(): NodeHello | undefined;
  /** A session with a node of the cluster stands. `address` is where it can be dialled, as far as it is believed; "": nowhere. */
  memberOpened(session: Session, address: string): void;
  /** A session is gone; `lost`: nobody said goodbye. `why` is for people. */
  sessionClosed(session: Session, lost: boolean, why: string): void;
  /** Somebody asks what there is at and below a prefix. */
  onListen(session: Session, prefix: Path, member: boolean, view: View, announcer: Announcer): Cancel;
  /** A member has said that it will go. */
  memberLeaving?(session: Session): void;
  /** Looks for a broadcast that no route here leads to; calls back once. */
  ask(path: Path, asker: HopId, done: (found: boolean) => void): Cancel;
  /**
   * Brings all that the cluster has at and below a prefix into the table. `done` is called once, perhaps at once, and the table
   * is to be read from within it; `complete` is false when not all was told in time, or nobody can be asked.
   */
  list(prefix: Path, done: (complete: boolean) => void): Cancel;
  /** A broadcast is carried over this route, or (undefined) no more. */
  flow(path: Path, route: Route | undefined): void;
}

export interface CoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Own identity in hop lists. */
  readonly hop: HopId;
  readonly hub: HubOptions;
  /** What a session with another relay may have. */
  readonly session: LiteLimits;
  /** What is otherwise for a client. */
  readonly clients: Partial<LiteLimits>;
  readonly limits: CoreLimits;
  /** Versions that the SETUP exchange may agree on, with who comes and with whom we dial; all if not given. */
  readonly versions?: { readonly served: readonly VersionName[]; readonly dialled: readonly VersionName[] };
  /** Milliseconds that a broadcast stays announced whose publisher vanished without a word. */
  readonly linger: number;
  /** Is told of clients: of sessions that others opened and that are no nodes of the cluster. */
  readonly observer?: ClientObserver;
  /**
   * Whether a relay needs no credential: everybody who can knock is on this machine. That a proxy or a web page is shows
   * nothing of those who use it.
   */
  readonly believesWord: boolean;
  /** Makes the membership, given the table. */
  readonly membership?: ((table: RouteTable) => Membership | undefined) | undefined;
}

export interface CoreLimits {
  /** Two-way streams that a relay may have open; a client has what its connection began with. */
  readonly maxRelayStreams: number;
  readonly maxRoutes: number;
  /** Announce requests and broadcasts being read, all sessions together. */
  readonly maxListeners: number;
  readonly maxHops: number;
  /** Broadcasts that one client may announce, whoever is said to publish them. */
  readonly maxOwnAnnounces: number;
  /** Changes of one client's announcements: so many at once, and so many more each second; those beyond wait. */
  readonly announceBurst: number;
  readonly announceRate: number;
  /** Broadcasts that went lately and are remembered for it. */
  readonly maxFlaps: number;
}

/** Why a root or node that was dialled is left again. */
export const NO_HELLO = "it does not take this relay for one of its cluster";

/** What the core counts besides the hub's figures; read when somebody asks for metrics. */
export class CoreCounters {
  sessionsOpened = 0;
  sessionsLost = 0;
  /** Peers that said they were going away. */
  goaways = 0;
  announcesForbidden = 0;
  /** Above the client's cap: its own, and those that it said to pass on. */
  announcesTooManyOwn = 0;
  announcesTooManyPassedOn = 0;
  /** Changes that came too fast, and had to wait. */
  announcesHeldBack = 0;
}

/**
 * A relay without its doors: sessions in, and everything between them. It has no socket, no clock and no chance of its own,
 * so that the same code runs in a process, in a test and in a simulation.
 */
export class RelayCore implements PeerHost, Locator {
  readonly hub: Hub;
  readonly table: RouteTable;
  readonly membership: Membership | undefined;
  readonly counters: CoreCounters = new CoreCounters();
  /** Broadcasts that enter the cluster here. */
  readonly flapping: Flapping;
  readonly #options: CoreOptions;
  readonly #peers = new Map<number, Peer>();
  /** What those who are no members announce. */
  readonly #announced = new Map<LinkId, ClientRoutes>();
  /** Of sessions that we dialled. */
  readonly #echoes = new Map<LinkId, Echoes>();
  /** Publishers inside this process, by the link under which the table has their routes. */
  readonly #inside = new Map<LinkId, Supplier>();
  readonly #clientLimits: LiteLimits;
  /** Of sessions that may be with relays of the cluster. */
  readonly #credentials = new Map<number, Credential>();
  readonly #leases = new Map<number, Lease>();
  #nextId = 1;
  #closing = false;
  /** Where peers are told to go instead; undefined while the relay stays. */
  #leaving: string | undefined;

  constructor(options: CoreOptions) {
    this.#options = options;
    const { maxRoutes, maxHops, maxListeners, maxFlaps } = options.limits;
    // One listing of everything; not one for each prefix that it may ask for.
    this.#clientLimits = { ...options.session, maxUntold: maxRoutes, ...options.clients };
    this.table = new RouteTable({
      hop: options.hop,
      maxHops,
      maxRoutes,
      maxListeners,
      reserved: isReserved,
      onSuspect: (link) => this.hub.linkSuspect(link),
    });
    this.flapping = new Flapping({
      clock: options.clock,
      table: this.table,
      linger: options.linger,
      max: maxFlaps,
      onCalm: (path, link) => this.#announced.get(link)?.renew(path),
    });
    this.hub = new Hub(options.clock, options.hub, this);
    this.membership = options.membership?.(this.table);
  }

  /** Sessions that are open. */
  get peers(): IterableIterator<Peer> {
    return this.#peers.values();
  }

  get sessions(): number {
    return this.#peers.size;
  }

  /**
   * Takes over a connection that stands.
   * @param linkCost price of the link by configuration.
   * @param shown what the peer showed at the door; a relay that was dialled shows its certificate.
   */
  open(
    connection: Connection,
    grants: Grants,
    linkCost?: number,
    shown: Shown = {},
  ): { session: Session; events: ConnectionEvents } {
    const { clock, random, hop, versions, believesWord, limits } = this.#options;
    const credential = shown.credential ?? (believesWord && connection.info.indirect !== true ? WORD : undefined);
    const limitsNow = (): LiteLimits =>
      peer.grants.cluster || connection.info.dialled || shown.credential ? this.#options.session : this.#clientLimits;
    const named = (): boolean => session.peerHop !== session.peer.stamp;
    const peer = new Peer(this, grants, named);
    const session = new LiteSession(this.#nextId++, connection, peer, {
      clock,
      hop,
      freshHop: () => random.id(),
      // Where this node is and what it is for is nobody else's business.
      hello: () => (credential ? this.membership?.hello() : undefined),
      linkCost,
      ...(versions ? { versions: connection.info.dialled ? versions.dialled : versions.served } : {}),
      // Whether it is a relay of the cluster shows in the handshake.
      get limits() {
        return limitsNow();
      },
    });
    peer.bind(session);
    this.#peers.set(session.id, peer);
    if (credential) this.#credentials.set(session.id, credential);
    if (connection.info.dialled) this.#echoes.set(session.id, new Echoes(clock));
    if (connection.info.dialled || shown.credential) connection.allowBidi?.(limits.maxRelayStreams);
    if (shown.until !== undefined) this.#leases.set(session.id, this.#lease(session, shown.until));
    this.counters.sessionsOpened += 1;
    session.start();
    return { session, events: session };
  }

  /** All sessions, for whoever wants them to leave. */
  leaving(code: number, reason: string): Leaving[] {
    return [...this.#peers.values()].map(({ grants, session }) => ({
      relay: grants.cluster || session.connection.info.dialled,
      publishes: this.table.offers(session.id),
      close: () => session.close(code, reason),
    }));
  }

  /** Ends the client session that has most waiting to be sent, if that is more than `least` bytes; tells whether there was one. */
  endSlowest(least: number, code: number, reason: string): boolean {
    let slowest: Peer | undefined;
    let most = least;
    for (const peer of this.#peers.values()) {
      if (peer.grants.cluster || peer.session.connection.info.dialled) continue;
      const queued = peer.session.connection.stats().bytesQueued;
      if (queued <= most) continue;
      most = queued;
      slowest = peer;
    }
    slowest?.session.close(code, reason);
    return slowest !== undefined;
  }

  /** Routes that the table has under `link` lead to this publisher in the process. */
  supply(link: LinkId, supplier: Supplier): void {
    this.#inside.set(link, supplier);
  }

  /**
   * Says that this relay will go away to every peer that can be told, and to everybody who comes from now on; they are served
   * as before until `close`. `uri` says where to go instead, "" leaves it open. Returns how many were told now.
   */
  goaway(uri = ""): number {
    this.#leaving = uri;
    let told = 0;
    for (const { session } of this.#peers.values()) told += session.goaway(uri) ? 1 : 0;
    return told;
  }

  /** Ends all sessions. */
  close(code: number, reason: string): void {
    this.#closing = true;
    for (const peer of [...this.#peers.values()]) peer.session.close(code, reason);
    this.flapping.close();
    this.hub.close(STREAM_CODE.goingAway);
  }

  #lease(session: Session, until: number): Lease {
    const end = (): void => session.close(CLOSE_CODE.unauthorized, "the token has expired");
    return new Lease(this.#options.clock, until, end);
  }

  onReady(peer: Peer): void {
    if (this.#leaving !== undefined) peer.session.goaway(this.#leaving);
    const told = this.#couldBeRelay(peer) ? peer.session.peerNode?.address : undefined;
    if (told !== undefined) return this.#welcome(peer, told);
    if (this.#isDeafRoot(peer)) return peer.session.close(CLOSE_CODE.none, NO_HELLO);
    if (!peer.session.connection.info.dialled) this.#options.observer?.connected(peer.session);
    if (peer.session.role !== "subscriber") this.#listenTo(peer);
  }

  onListen(peer: Peer, prefix: Path, announcer: Announcer): Cancel {
    const { session, grants } = peer;
    const view: View = {
      hop: session.peerHop,
      link: session.id,
      scope: "all",
      hidden: grants.cluster,
      allows: (path) => grants.maySubscribe(path),
    };
    const telling = grants.cluster || peer.named ? undefined : this.#echoes.get(session.id)?.telling(prefix, announcer);
    const told = telling?.announcer ?? announcer;
    const stop = this.membership
      ? this.membership.onListen(session, prefix, grants.cluster, view, told)
      : announceFrom(this.table, prefix, view, told);
    return () => {
      stop();
      telling?.stop();
    };
  }

  /**
   * Its routes stay announced until it closes, but any other way to the same publisher goes first, and nothing new is asked of
   * it (see `candidates`). What runs moves where there is another way, and else goes on.
   */
  onGoaway(peer: Peer): void {
    this.counters.goaways += 1;
    this.table.suspect(peer.session.id, true);
    this.membership?.memberLeaving?.(peer.session);
  }

  onWatch({ session }: Peer, path: Path): void {
    this.#options.observer?.watches(session, path);
  }

  onClosed(peer: Peer, info: CloseInfo): void {
    const { session } = peer;
    this.#peers.delete(session.id);
    this.#options.observer?.gone(session, info);
    this.#announced.get(session.id)?.stop();
    this.#announced.delete(session.id);
    this.#echoes.get(session.id)?.close();
    this.#echoes.delete(session.id);
    const repute = this.#repute(peer);
    this.#credentials.delete(session.id);
    this.#leases.get(session.id)?.cancel();
    this.#leases.delete(session.id);
    const lost = info.by === "lost";
    if (lost) this.counters.sessionsLost += 1;
    const mayReturn = lost || peer.grants.cluster;
    this.hub.linkLost(session.id, true);
    if (this.#closing) return;
    if (!peer.grants.cluster) this.flapping.linkLost(session.id, repute, lost);
    this.membership?.sessionClosed(session, lost, info.reason || `code ${info.code}`);
    // Only now: where another publisher has the name from here on, readers are told that, and not that there is nobody.
    if (!mayReturn) this.hub.linkLost(session.id, false);
  }

  candidates(path: Path, asker: HopId): readonly Candidate[] {
    const candidates: Candidate[] = [];
    for (const route of this.#routes(path, asker)) {
      const peer = this.#peers.get(route.link);
      const supplier = peer ?? this.#inside.get(route.link);
      if (!supplier) continue;
      const { link, publisher, offer, suspect } = route;
      candidates.push({ link, publisher, hops: offer.hops, supplier, suspect });
    }
    return candidates;
  }

  isSuspect(link: number): boolean {
    return this.table.isSuspect(link);
  }

  publisherBy(link: number, path: Path): HopId | undefined {
    return this.table.publisherBy(link, path);
  }

  seek(path: Path, asker: HopId, done: (found: boolean) => void): Cancel {
    if (this.membership) return this.membership.ask(path, asker, done);
    const waiting = this.table.hasStale(path) ? this.#awaitReturn(path, asker, done) : undefined;
    if (waiting) return waiting;
    done(false);
    return () => {};
  }

  /** The publisher vanished without a word, and may be back before its broadcast ends. Undefined if too many wait. */
  #awaitReturn(path: Path, asker: HopId, done: (found: boolean) => void): Cancel | undefined {
    const stop = this.table.watch(path, () => {
      const found = this.candidates(path, asker).length > 0;
      if (!found && this.table.hasStale(path)) return;
      stop?.();
      done(found);
    });
    return stop;
  }

  /** moq-lite, error codes: 4 towards those who are going away, else 0x36. */
  refusal(path: Path): number {
    const leaving = this.#routes(path, NO_HOP).some(({ link }) => this.#peers.get(link)?.session.draining);
    return leaving ? STREAM_CODE.goingAway : STREAM_CODE.unroutable;
  }

  watch(path: Path, changed: () => void): Cancel {
    return this.table.watch(path, changed) ?? (() => {});
  }

  carried(path: Path, candidate: Candidate | undefined): void {
    if (!this.membership) return;
    const route = candidate && this.table.candidates(path).find(({ link }) => link === candidate.link);
    this.membership.flow(path, route);
  }

  /** Routes cover what lies below them; but the cluster's own names only those of the cluster. */
  #routes(path: Path, asker: HopId): readonly Route[] {
    const routes = this.table.candidates(path, { hop: asker });
    return isReserved(path) ? routes.filter((route) => isReserved(route.path)) : routes;
  }

  /**
   * A root or node that we dialled and that keeps silent about the cluster takes us for a client: what we have would be lost there
   * without a word.
   */
  #isDeafRoot({ session, grants }: Peer): boolean {
    return session.connection.info.dialled && grants === CLUSTER_GRANTS;
  }

  /** A relay of the cluster says where it is. */
  #welcome(peer: Peer, told: string): void {
    const { session } = peer;
    const address = this.#credentials.get(session.id)?.addressOf(told);
    if (address === undefined) {
      return session.close(CLOSE_CODE.unauthorized, `${DISBELIEF}: ${told.slice(0, 100)}`);
    }
    peer.grant(CLUSTER_GRANTS);
    session.connection.allowBidi?.(this.#options.limits.maxRelayStreams);
    this.membership?.memberOpened(session, address);
  }

  #couldBeRelay({ session }: Peer): boolean {
    return this.membership?.hello() !== undefined && this.#credentials.has(session.id);
  }

  /** Learns what a client, or a relay outside the cluster, has. */
  #listenTo(peer: Peer): void {
    const { session } = peer;
    const { clock, limits, hop } = this.#options;
    const place = { link: session.id, scope: "local" } as const;
    const routes: ClientRoutes = new ClientRoutes(
      peer.grants,
      {
        offer: (path: Path, offer: RouteOffer) => {
          const result = this.flapping.offer({ ...place, path, offer }, this.#repute(peer), clock.wall());
          if (result === "refused") this.table.wait({ place, retry: () => routes.retry() });
          else this.#options.observer?.publishes(session, path);
          return result !== "refused";
        },
        withdraw: (path: Path) => this.flapping.withdraw(path, session.id, this.#repute(peer)),
        refused: (_, why) => this.#countRefused(why),
        heldBack: () => {
          this.counters.announcesHeldBack += 1;
        },
      },
      {
        max: limits.maxOwnAnnounces,
        pace: { clock, burst: limits.announceBurst, perSecond: limits.announceRate },
        standing: () => this.#standingOf(peer),
        self: hop,
        identity: () => ({ hop: session.peerHop, named: peer.named }),
      },
    );
    this.#announced.set(session.id, routes);
    session.listen("", this.#echoes.get(session.id)?.hearing(routes) ?? routes);
  }

  /**
   * A relay is whom we dialled as one, or who has shown that it is. Who dials us may say so, which is believed where a hello would
   * be, too.
   */
  #standingOf(peer: Peer): Standing {
    const credential = this.#credentials.get(peer.session.id);
    if (peer.session.connection.info.dialled || (credential && credential !== WORD)) return "relay";
    const believed = peer.named && this.#couldBeRelay(peer);
    return believed ? "said relay" : "client";
  }

  /** Under whose name what comes and goes is remembered. */
  #repute(peer: Peer): string {
    return this.#standingOf(peer) === "client" ? "" : peer.session.peerHop.toString(16);
  }

  #countRefused(why: RouteRefusal): void {
    if (why === "forbidden") this.counters.announcesForbidden += 1;
    else if (why === "too many own") this.counters.announcesTooManyOwn += 1;
    else this.counters.announcesTooManyPassedOn += 1;
  }
}
