import type { HopId, Path, RouteOffer } from "../../model/index.ts";
import { type HandmadePeer, RELAY, World } from "../../testing/index.ts";
import type { CloseInfo, Connection, Handle, RecvEvents, SendEvents } from "../../transport/index.ts";
import { VERSIONS, type VersionName } from "../../wire/index.ts";
import type {
  Announcer,
  Cancel,
  Estimate,
  Fetcher,
  FetchRequest,
  ListenEvents,
  NodeHello,
  SessionHandler,
  SubscribeRequest,
  Subscriber,
  SubscribeUpdate,
  Subscription,
  TrackInfo,
  TrackInfoAnswer,
  TrackInfoEvents,
  UpstreamEvents,
} from "../session.ts";
import { LiteSession } from "./lite-session.ts";
import type { LiteLimits, LiteOptions, ProbeOptions } from "./options.ts";

/** Own identity of the session under test. */
export const OWN_HOP: HopId = 1000n;
/** Own identity of the client, where both ends are ours. */
export const CLIENT_HOP: HopId = 2000n;
/** The identity that it makes for a peer without one. */
export const STAMP: HopId = 777_000n;

export const LIMITS: LiteLimits = {
  handshakeTimeout: 10_000,
  maxMessage: 64 << 10,
  maxSubscriptions: 50,
  maxListens: 5,
  maxAnnounced: 100,
};

/** What a peer asked for, as the handler was told. */
export interface Asked<T> {
  readonly answer: T;
  cancelled: boolean;
}

/** A relay that does nothing but remember. */
export class RecordedHandler implements SessionHandler {
  ready = 0;
  readonly listens: (Asked<Announcer> & { readonly prefix: Path })[] = [];
  readonly questions: (Asked<TrackInfoAnswer> & { readonly broadcast: Path; readonly track: string })[] = [];
  readonly subscriptions: (Asked<Subscriber> & {
    readonly request: SubscribeRequest;
    readonly updates: SubscribeUpdate[];
  })[] = [];
  readonly fetches: (Asked<Fetcher> & { readonly request: FetchRequest })[] = [];
  readonly goaways: string[] = [];
  readonly estimates: Estimate[] = [];
  closed: CloseInfo | undefined;
  whenReady: (() => void) | undefined;

  onReady(): void {
    this.ready += 1;
    this.whenReady?.();
  }

  onListen(prefix: Path, announcer: Announcer): Cancel {
    return this.#note(this.listens, { prefix, answer: announcer, cancelled: false });
  }

  onTrackInfo(broadcast: Path, track: string, answer: TrackInfoAnswer): Cancel {
    return this.#note(this.questions, { broadcast, track, answer, cancelled: false });
  }

  onSubscribe(request: SubscribeRequest, subscriber: Subscriber): Subscription {
    const updates: SubscribeUpdate[] = [];
    const cancel = this.#note(this.subscriptions, { request, updates, answer: subscriber, cancelled: false });
    return { update: (update) => updates.push(update), cancel };
  }

  onFetch(request: FetchRequest, fetcher: Fetcher): Cancel {
    return this.#note(this.fetches, { request, answer: fetcher, cancelled: false });
  }

  onGoaway(uri: string): void {
    this.goaways.push(uri);
  }

  onEstimate(estimate: Estimate): void {
    this.estimates.push(estimate);
  }

  onClosed(info: CloseInfo): void {
    this.closed = info;
  }

  #note<T extends { cancelled: boolean }>(list: T[], one: T): Cancel {
    list.push(one);
    return () => {
      one.cancelled = true;
    };
  }
}

/** Writes down what is announced: "start cam 7,1000 0/0". */
export class RecordedRoutes implements ListenEvents {
  readonly log: string[] = [];
  readonly offers: Map<Path, RouteOffer> = new Map();

  onComplete(settled: boolean): void {
    this.log.push(settled ? "complete" : "complete, unsettled");
  }

  onStart(suffix: Path, offer: RouteOffer): void {
    this.#note("start", suffix, offer);
  }

  onRestart(suffix: Path, offer: RouteOffer): void {
    this.#note("restart", suffix, offer);
  }

  onEnd(suffix: Path): void {
    this.log.push(`end ${suffix}`);
  }

  onClosed(): void {
    this.log.push("closed");
  }

  #note(what: string, suffix: Path, offer: RouteOffer): void {
    const { hops, warm, cold, incarnation } = offer;
    this.offers.set(suffix, offer);
    const born = incarnation === undefined ? "" : ` born ${incarnation}`;
    this.log.push(`${what} ${suffix} ${hops.join(",")} ${warm}/${cold}${born}`);
  }
}

/** One group as an upstream of ours delivers it. */
export interface DeliveredGroup {
  readonly sequence: number;
  readonly frameStart: number;
  readonly stop: (code: number) => void;
  bytes: number[];
  end: "open" | "fin" | number;
}

/** What a subscription of ours hears. */
export class RecordedUpstream implements UpstreamEvents {
  readonly log: string[] = [];
  readonly groups: DeliveredGroup[] = [];
  refusing = false;

  onStart(group: number): void {
    this.log.push(`start ${group}`);
  }

  onEnd(group: number): void {
    this.log.push(`end ${group}`);
  }

  onDrop(first: number, last: number, code: number): void {
    this.log.push(`drop ${first}-${last} ${code}`);
  }

  onGroup(sequence: number, frameStart: number, stop: (code: number) => void): RecvEvents | undefined {
    if (this.refusing) return undefined;
    const group: DeliveredGroup = { sequence, frameStart, stop, bytes: [], end: "open" };
    this.groups.push(group);
    return {
      onData: (bytes) => group.bytes.push(...bytes),
      onFin: () => {
        group.end = "fin";
      },
      onReset: (code) => {
        group.end = code;
      },
    };
  }

  onDatagram(sequence: number, timestamp: number, payload: Uint8Array): void {
    this.log.push(`datagram ${sequence} at ${timestamp}: ${payload}`);
  }

  onDone(): void {
    this.log.push("done");
  }

  onError(code: number): void {
    this.log.push(`error ${code}`);
  }
}

/** The bytes that a fetch of ours brought, and how it ended. */
export class RecordedFetch implements RecvEvents {
  readonly bytes: number[] = [];
  end: "open" | "fin" | number = "open";

  onData(bytes: Uint8Array): void {
    this.bytes.push(...bytes);
  }

  onFin(): void {
    this.end = "fin";
  }

  onReset(code: number): void {
    this.end = code;
  }
}

/** What the stream of an answer hears. */
export class RecordedSending implements SendEvents {
  readonly log: string[] = [];

  onStopped(_: Handle, code: number): void {
    this.log.push(`stopped ${code}`);
  }

  onPressure(): void {
    this.log.push("pressure");
  }

  onDrained(): void {
    this.log.push("drained");
  }

  onOverflow(): void {
    this.log.push("overflow");
  }

  onDelivered(): void {
    this.log.push("delivered");
  }
}

export class RecordedInfo implements TrackInfoEvents {
  readonly log: (TrackInfo | number)[] = [];

  onInfo(info: TrackInfo): void {
    this.log.push(info);
  }

  onError(code: number): void {
    this.log.push(code);
  }
}

export interface StageOptions {
  readonly limits?: Partial<LiteLimits>;
  readonly probe?: Partial<ProbeOptions>;
  /** What the SETUP exchange may agree on. */
  readonly versions?: readonly VersionName[];
  readonly hello?: NodeHello;
  readonly linkCost?: number;
  /** Leave the handshake to the test. */
  readonly raw?: boolean;
  /** What the peer offers; the version's own protocol if not given. */
  readonly offers?: readonly string[];
  /** What the relay picks of it; the first if not given. */
  readonly picks?: string;
  /** Protocol limits of both ends. */
  readonly world?: ConstructorParameters<typeof World>[0];
  /** The peer's identity in its Setup. */
  readonly peerHop?: HopId;
}

/** What a session of ours is given in a world. */
export function liteOptions(world: World, options: StageOptions = {}, hop: HopId = OWN_HOP): LiteOptions {
  return {
    clock: world.clock,
    hop,
    freshHop: () => STAMP,
    hello: () => options.hello,
    linkCost: options.linkCost,
    limits: { ...LIMITS, ...options.limits },
    ...(options.versions ? { versions: options.versions } : {}),
    ...(options.probe ? { probe: options.probe } : {}),
  };
}

/** A session of ours at the answering end, and a peer at the other that says what the test writes. */
export class Stage {
  readonly world: World;
  readonly handler: RecordedHandler = new RecordedHandler();
  readonly peer: HandmadePeer;
  readonly session: LiteSession;

  constructor(version: VersionName, options: StageOptions = {}) {
    this.world = new World(options.world);
    const lite = liteOptions(this.world, options);
    let session: LiteSession | undefined;
    const { offers = [VERSIONS[version].alpn] } = options;
    this.world.listen((request) =>
      request.accept(options.picks ?? offers[0] ?? "", (connection) => {
        session = new LiteSession(1, connection, this.handler, lite);
        session.start();
        return session;
      }),
    );
    this.peer = this.world.dial(offers);
    this.peer.version = VERSIONS[version];
    if (!session) throw new Error("nobody came to the door");
    this.session = session;
    if (options.raw) return;
    this.peer.shakeHands(options.peerHop === undefined ? {} : { hop: options.peerHop });
    this.settle();
  }

  settle(): void {
    this.world.settle();
  }
}

/** One end of a conversation between two sessions of ours. */
export class End {
  readonly handler: RecordedHandler = new RecordedHandler();
  session!: LiteSession;

  bind(connection: Connection, options: LiteOptions): LiteSession {
    this.session = new LiteSession(1, connection, this.handler, options);
    this.session.start();
    return this.session;
  }
}

/** Two sessions of ours that talk to each other: `client` has dialled. */
export class Conversation {
  readonly world: World;
  readonly client: End = new End();
  readonly server: End = new End();

  /** @param offers as the client; the version's own protocol if not given. */
  constructor(version: VersionName, options: StageOptions = {}) {
    this.world = new World(options.world);
    const { offers = [VERSIONS[version].alpn] } = options;
    this.world.listen((request) =>
      request.accept(options.picks ?? offers[0] ?? "", (connection) =>
        this.server.bind(connection, liteOptions(this.world, options)),
      ),
    );
    const opening = {
      onConnection: (connection: Connection) =>
        this.client.bind(connection, liteOptions(this.world, options, CLIENT_HOP)),
      onFailed: (reason: string) => {
        throw new Error(reason);
      },
    };
    this.world.network.dial(RELAY, { protocols: offers }, opening);
    this.settle();
  }

  settle(): void {
    this.world.settle();
  }
}

export const ALL_VERSIONS: readonly VersionName[] = [
  "moq-lite-01",
  "moq-lite-02",
  "moq-lite-03",
  "moq-lite-04",
  "moq-lite-05",
  "moq-lite-06",
];
