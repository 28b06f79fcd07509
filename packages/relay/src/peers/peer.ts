import { below, joinPath, type Path, STREAM_CODE } from "@moq-relay/protocol/model";
import type {
  Announcer,
  Cancel,
  Fetcher,
  Fetching,
  FetchRequest,
  FrameFormat,
  Session,
  SessionHandler,
  SubscribeRequest,
  Subscriber,
  Subscription,
  TrackInfoAnswer,
  TrackInfoEvents,
  Upstream,
  UpstreamEvents,
} from "@moq-relay/protocol/session";
import type { CloseInfo, RecvEvents } from "@moq-relay/protocol/transport";
import type { Hub } from "../hub/index.ts";
import type { Supplier } from "../hub/supplier.ts";
import type { Grants } from "./grants.ts";
import { canBeTold } from "./names.ts";

/** What a peer asks of the relay. */
export interface PeerHost {
  readonly hub: Hub;
  onReady(peer: Peer): void;
  /** `prefix` is absolute. */
  onListen(peer: Peer, prefix: Path, announcer: Announcer): Cancel;
  /** It subscribes to a broadcast that it may read. */
  onWatch(peer: Peer, path: Path): void;
  onGoaway(peer: Peer, uri: string): void;
  onClosed(peer: Peer, info: CloseInfo): void;
}

/**
 * A session and what it may do: names are relative outside and absolute inside, and nothing passes that is not granted.
 * To the hub it is where tracks come from.
 */
export class Peer implements SessionHandler, Supplier {
  readonly #host: PeerHost;
  #session: Session | undefined;
  readonly #named: () => boolean;
  #grants: Grants;

  /** @param named whether the peer has said who it is, instead of being given an identity here. */
  constructor(host: PeerHost, grants: Grants, named: () => boolean) {
    this.#host = host;
    this.#grants = grants;
    this.#named = named;
  }

  /** Called once, before the session begins. */
  bind(session: Session): void {
    this.#session = session;
  }

  get session(): Session {
    if (!this.#session) throw new Error("the peer has no session yet");
    return this.#session;
  }

  /** Whether it has an identity of its own in hop lists, as relays do (and some clients). */
  get named(): boolean {
    return this.#named();
  }

  get grants(): Grants {
    return this.#grants;
  }

  /** The handshake showed who it is. */
  grant(grants: Grants): void {
    this.#grants = grants;
  }

  get format(): FrameFormat {
    return this.session.format;
  }

  trackInfo(broadcast: Path, track: string, events: TrackInfoEvents): Cancel {
    return this.session.trackInfo(this.#outside(broadcast), track, events);
  }

  subscribe(request: SubscribeRequest, events: UpstreamEvents): Upstream {
    return this.session.subscribe({ ...request, broadcast: this.#outside(request.broadcast) }, events);
  }

  get tellsStart(): boolean {
    return this.session.tellsStart;
  }

  get endsExactly(): boolean {
    return this.session.endsExactly;
  }

  get canFetch(): boolean {
    return this.session.canFetch;
  }

  fetch(request: FetchRequest, events: RecvEvents): Fetching {
    return this.session.fetch({ ...request, broadcast: this.#outside(request.broadcast) }, events);
  }

  onReady(): void {
    this.#host.onReady(this);
  }

  onListen(prefix: Path, announcer: Announcer): Cancel {
    const path = this.#inside(prefix);
    if (canBeTold(path)) return this.#host.onListen(this, path, announcer);
    announcer.begin([]);
    return () => {};
  }

  onTrackInfo(broadcast: Path, track: string, answer: TrackInfoAnswer): Cancel {
    const path = this.#inside(broadcast);
    const { peerHop, peerNode } = this.session;
    const asker = { hop: peerHop, subscribes: peerNode !== undefined };
    if (this.#mayRead(path)) return this.#host.hub.trackInfo(path, track, asker, answer);
    answer.fail(STREAM_CODE.unroutable);
    return () => {};
  }

  onSubscribe(request: SubscribeRequest, subscriber: Subscriber): Subscription {
    const path = this.#inside(request.broadcast);
    if (this.#mayRead(path)) {
      this.#host.onWatch(this, path);
      return this.#host.hub.subscribe({ ...request, broadcast: path }, subscriber);
    }
    subscriber.fail(STREAM_CODE.unroutable);
    return { update: () => {}, cancel: () => {} };
  }

  onFetch(request: FetchRequest, fetcher: Fetcher): Cancel {
    const path = this.#inside(request.broadcast);
    if (this.#mayRead(path)) return this.#host.hub.fetch({ ...request, broadcast: path }, fetcher);
    fetcher.fail(STREAM_CODE.unroutable);
    return () => {};
  }

  onGoaway(uri: string): void {
    this.#host.onGoaway(this, uri);
  }

  onClosed(info: CloseInfo): void {
    this.#host.onClosed(this, info);
  }

  #mayRead(path: Path): boolean {
    return canBeTold(path) && this.#grants.maySubscribe(path);
  }

  #inside(path: Path): Path {
    return joinPath(this.#grants.root, path);
  }

  #outside(path: Path): Path {
    return below(this.#grants.root, path) ?? path;
  }
}
