import assert from "node:assert/strict";
import { CacheBudget } from "@moq-relay/protocol/model";
import type { LiteLimits } from "@moq-relay/protocol/session";
import {
  type Frame,
  type HandmadePeer,
  type HeardBidi,
  type HeardGroup,
  RELAY,
  readFrames,
  type Said,
  World,
  type WorldOptions,
  writeFrames,
} from "@moq-relay/protocol/testing";
import {
  BIDI,
  decodeFetch,
  decodeSubscribe,
  decodeSubscribeUpdate,
  encodeAnnounceInit,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeSubscribeUpdate,
  type Fetch,
  readSubscribeReply,
  type Subscribe,
  type SubscribeReply,
  type SubscribeTerms,
  VERSIONS,
  type VersionName,
} from "@moq-relay/protocol/wire";
import { type CoreOptions, RelayCore } from "./core.ts";
import { type Hub, HubCounters, type HubOptions } from "./hub/index.ts";
import { type Grants, PEER_GRANTS } from "./peers/grants.ts";

/** Own identity of the relay under test. */
export const RELAY_HOP: bigint = 1000n;

export const SESSION_LIMITS: LiteLimits = {
  handshakeTimeout: 10_000,
  maxMessage: 64 << 10,
  maxSubscriptions: 1_000,
  maxListens: 50,
  maxAnnounced: 1_000,
};

const HUB: Omit<HubOptions, "budget" | "counters"> = {
  highMark: 1 << 20,
  maxFrame: 1 << 20,
  maxGroup: 4 << 20,
  maxFrames: 10_000,
  maxGroups: 100,
  maxTracks: 100,
  maxFetches: 100,
  maxFetchWaiters: 1_000,
  fetchPatience: 10_000,
  linger: 5_000,
  handoverPatience: 2_000,
  defaultMaxAge: 5_000,
  keepIdle: 30_000,
  sweepEvery: 250,
};

export interface TestRelayOptions extends WorldOptions {
  readonly hub?: Partial<typeof HUB> & Pick<HubOptions, "isTalk">;
  readonly session?: Partial<LiteLimits>;
  readonly clients?: CoreOptions["clients"];
  readonly core?: Partial<CoreOptions["limits"]>;
  readonly versions?: CoreOptions["versions"];
  readonly capacity?: number;
  /** What every peer may do; everything if not given. */
  readonly grants?: (path: string) => Grants;
  readonly membership?: CoreOptions["membership"];
  /** Whether relays need no credential; default: they need none. */
  readonly believesWord?: boolean;
  /** For a second relay in the same world: where it listens, and who it is. */
  readonly world?: World;
  readonly address?: string;
  readonly hop?: bigint;
}

/** A relay in a world: everything but its doors is the real thing. */
export class TestRelay {
  readonly world: World;
  readonly core: RelayCore;
  readonly counters: HubCounters = new HubCounters();
  readonly cache: CacheBudget;

  constructor(options: TestRelayOptions = {}) {
    const { address = RELAY, hop = RELAY_HOP } = options;
    this.world = options.world ?? new World(options);
    this.cache = new CacheBudget(options.capacity ?? 64 << 20);
    this.core = new RelayCore({
      clock: this.world.clock,
      random: this.world.random,
      hop,
      hub: { ...HUB, ...options.hub, budget: this.cache, counters: this.counters },
      session: { ...SESSION_LIMITS, ...options.session },
      clients: options.clients ?? {},
      limits: {
        maxRelayStreams: 10_000,
        maxRoutes: 1_000,
        maxListeners: 1_000,
        maxHops: 32,
        maxOwnAnnounces: 64,
        announceBurst: 200,
        announceRate: 50,
        maxFlaps: 100,
        ...options.core,
      },
      ...(options.versions ? { versions: options.versions } : {}),
      linger: 5_000,
      believesWord: options.believesWord ?? true,
      membership: options.membership,
    });
    const grants = options.grants ?? (() => PEER_GRANTS);
    this.world.listen((request) => {
      const [protocol = ""] = request.offers;
      request.accept(protocol, (connection) => this.core.open(connection, grants(request.info.path)).events);
    }, address);
  }

  get hub(): Hub {
    return this.core.hub;
  }

  settle(): void {
    this.world.settle();
  }

  pass(milliseconds: number): void {
    this.world.pass(milliseconds);
  }

  /** A peer after its handshake. */
  peer(
    version: VersionName = "moq-lite-06",
    options: { hop?: bigint; from?: string; path?: string; to?: string } = {},
  ): HandmadePeer {
    const { hop, ...dial } = options;
    const peer = this.world.dial([VERSIONS[version].alpn], dial);
    peer.version = VERSIONS[version];
    peer.shakeHands(hop === undefined ? {} : { hop });
    this.settle();
    return peer;
  }

  publisher(options: PublisherOptions = {}): Publisher {
    return new Publisher(this, options);
  }

  viewer(
    version: VersionName = "moq-lite-06",
    options: { hop?: bigint; from?: string; path?: string; to?: string } = {},
  ): Viewer {
    return new Viewer(this, this.peer(version, options));
  }

  /** Many viewers of one track, each with a session of its own. */
  audience(count: number, version: VersionName = "moq-lite-06", terms: Partial<Subscribe> = {}): Reading[] {
    const readings = Array.from({ length: count }, () => this.viewer(version).subscribe("cam", "video", terms));
    this.settle();
    return readings;
  }

  /** Bytes that groups hold, counted again. */
  recount(): number {
    let sum = 0;
    for (const broadcast of this.hub.broadcasts) {
      for (const feed of broadcast.feeds) for (const group of feed.groups.values()) sum += group.weight;
      for (const fetched of broadcast.fetches.groups) sum += fetched.weight;
    }
    return sum;
  }
}

export interface PublisherOptions {
  readonly version?: VersionName;
  /** Its own identity; the relay makes one for a publisher that names none. */
  readonly hop?: bigint;
  readonly names?: readonly string[];
  /** Hops before its own: then it is a relay, and the first of them the publisher. */
  readonly hops?: readonly bigint[];
  readonly cost?: number;
  readonly from?: string;
  readonly path?: string;
  readonly to?: string;
  /** Answers TRACK by itself with this; default: at once, with defaults. `false`: never. */
  readonly info?: { maxAge?: number; timescale?: number } | false;
}

/** A subscription that the relay made at a publisher. */
export interface Wanted {
  readonly stream: HeardBidi;
  readonly said: Subscribe;
}

/** A fetch that the relay made at a publisher. */
export interface FetchWanted {
  readonly stream: HeardBidi;
  readonly said: Fetch;
}

/** Announces broadcasts, answers what tracks are, and sends what the test writes. */
export class Publisher {
  readonly relay: TestRelay;
  readonly peer: HandmadePeer;
  /** Every subscription so far. */
  readonly wanted: Wanted[] = [];
  /** Every fetch so far. */
  readonly fetched: FetchWanted[] = [];
  /** Questions what a track is that were not answered. */
  readonly questions: HeardBidi[] = [];
  announce: HeardBidi | undefined;
  asked = 0;
  readonly #info: PublisherOptions["info"];
  readonly #hop: bigint;
  /** Subscriptions for which it has said where they begin. */
  readonly #begun = new Set<Wanted>();
  #starts = 0;

  constructor(relay: TestRelay, options: PublisherOptions) {
    const { version = "moq-lite-06", names = ["cam"], hops = [], hop, cost = 0 } = options;
    this.relay = relay;
    this.#info = options.info;
    this.#hop = hop ?? 0n;
    const { from, path, to } = options;
    const where = { ...(from ? { from } : {}), ...(path ? { path } : {}), ...(to ? { to } : {}) };
    const dial = { ...(hop === undefined ? {} : { hop }), ...where };
    this.peer = relay.peer(version, dial);
    this.peer.whenBidi = (bidi) => {
      bidi.whenHeard = () => this.#hear();
    };
    this.#listening();
    for (const name of names) this.start(name, hops, cost);
    relay.settle();
  }

  /** The newest subscription. */
  get current(): Wanted {
    return this.wanted.at(-1) ?? assert.fail("nobody subscribed");
  }

  /** The newest fetch. */
  get fetching(): FetchWanted {
    return this.fetched.at(-1) ?? assert.fail("nobody fetched");
  }

  /** Subscriptions that the relay has not given up. */
  get live(): Wanted[] {
    return this.wanted.filter(({ stream }) => !stream.fin && stream.reset === undefined);
  }

  start(name: string, hops: readonly bigint[] = [], cost = 0): void {
    const { version } = this.peer;
    this.#starts += 1;
    this.announce?.write((writer) => {
      if (version.announcements === "typed") {
        encodeAnnouncement(writer, { kind: "start", suffix: name, hops, cost: { warm: cost, cold: cost } }, version);
      } else {
        const all = version.hopIncludesSender && this.#hop !== 0n ? [...hops, this.#hop] : hops;
        encodeAnnouncement(writer, { kind: "status", status: "active", suffix: name, hops: all }, version);
      }
    });
  }

  /** Changes the price of an announcement on 06; `id` counts all that it has made. */
  reprice(id: number, hops: readonly bigint[], cost: number): void {
    const change = { kind: "restart", id, hops, cost: { warm: cost, cold: cost } } as const;
    this.announce?.write((writer) => encodeAnnouncement(writer, change, this.peer.version));
    this.relay.settle();
  }

  /** Ends an announcement; `id` counts all that it has made. */
  unannounce(name: string, id: number = this.#starts - 1): void {
    const { version } = this.peer;
    this.announce?.write((writer) => {
      if (version.announcements === "typed") encodeAnnouncement(writer, { kind: "end", id }, version);
      else encodeAnnouncement(writer, { kind: "status", status: "ended", suffix: name, hops: [] }, version);
    });
    this.relay.settle();
  }

  /** Sends a group, or its beginning, on the newest subscription; before the first it says that it begins there. */
  group(sequence: number, frames: readonly Frame[] = [], options: { frameStart?: number; to?: Wanted } = {}): Said {
    const { to = this.current, ...rest } = options;
    const tells = this.peer.version.subscribeReply === "start" && !to.stream.fin && to.stream.reset === undefined;
    if (tells && !this.#begun.has(to)) this.reply({ kind: "start", group: sequence }, to);
    const said = this.peer.group(to.said.id, sequence, frames, rest);
    this.relay.settle();
    return said;
  }

  /** Frames as they stand in its groups, the first timestamp counted from `after`. */
  encoded(frames: readonly Frame[], after = 0): Uint8Array {
    return writeFrames(frames, this.peer.version, after);
  }

  /** Sends a whole group. */
  whole(sequence: number, frames: readonly Frame[] = framesOf(sequence, 3), options: { to?: Wanted } = {}): Said {
    const said = this.group(sequence, frames, options).finish();
    this.relay.settle();
    return said;
  }

  reply(reply: SubscribeReply, to: Wanted = this.current): void {
    if (reply.kind === "start") this.#begun.add(to);
    this.peer.reply(to.stream, reply);
    this.relay.settle();
  }

  /** Ends the track as its version does. */
  end(group: number, to: Wanted = this.current): void {
    if (this.peer.version.subscribeReply === "start") this.peer.reply(to.stream, { kind: "end", group });
    to.stream.finish();
    this.relay.settle();
  }

  /** Answers the newest fetch with frames, the first timestamp absolute; `finish` ends it. */
  answer(frames: readonly Frame[], finish = true, to: FetchWanted = this.fetching): void {
    to.stream.write(this.encoded(frames));
    if (finish) to.stream.finish();
    this.relay.settle();
  }

  /** Refuses the newest fetch, or breaks it off. */
  refuse(code: number, to: FetchWanted = this.fetching): void {
    to.stream.abandon(code);
    this.relay.settle();
  }

  /** What the relay changed about a subscription since the last call. */
  updates(of: Wanted = this.current): SubscribeTerms[] {
    return of.stream.takeAll((framer) => {
      const body = framer.message();
      return body && decodeSubscribeUpdate(body, this.peer.version);
    });
  }

  /** Says goodbye and goes. */
  leave(): void {
    this.peer.connection.close(0, "");
    this.relay.settle();
  }

  #listening(): void {
    this.announce = this.peer.taken(BIDI.announce)[0];
    const { version } = this.peer;
    this.announce?.write((writer) => {
      if (version.announceReply === "ok") encodeAnnounceOk(writer, { hop: this.#hop, activeCount: 0 }, version);
      if (version.announceReply === "init") encodeAnnounceInit(writer, { suffixes: [] }, version);
    });
  }

  #hear(): void {
    for (const stream of this.peer.taken(BIDI.subscribe)) {
      const said = stream.take((framer) => framer.message());
      if (said) this.wanted.push({ stream, said: decodeSubscribe(said, this.peer.version) });
    }
    for (const stream of this.peer.taken(BIDI.fetch)) {
      const said = stream.take((framer) => framer.message());
      if (said) this.fetched.push({ stream, said: decodeFetch(said, this.peer.version) });
    }
    for (const stream of this.peer.taken(BIDI.track)) {
      this.asked += 1;
      if (this.#info === false) this.questions.push(stream);
      else this.peer.trackInfo(stream, this.#info ?? {});
    }
  }
}

/** A peer that subscribes. */
export class Viewer {
  readonly relay: TestRelay;
  readonly peer: HandmadePeer;
  #ids = 0;

  constructor(relay: TestRelay, peer: HandmadePeer) {
    this.relay = relay;
    this.peer = peer;
  }

  subscribe(broadcast = "cam", track = "video", terms: Partial<Subscribe> = {}): Reading {
    const id = this.#ids++;
    const stream = this.peer.subscribe({ id, broadcast, track, ...terms });
    this.relay.settle();
    return new Reading(this, id, stream);
  }

  fetch(group: number, request: Partial<Fetch> = {}): Fetched {
    const stream = this.peer.fetch({ broadcast: "cam", track: "video", group, ...request });
    this.relay.settle();
    return new Fetched(this, stream);
  }
}

/** One fetch of a viewer. */
export class Fetched {
  readonly viewer: Viewer;
  readonly stream: HeardBidi;

  constructor(viewer: Viewer, stream: HeardBidi) {
    this.viewer = viewer;
    this.stream = stream;
  }

  /** Whole frames, and how it ended: "g5f0 g5f1 fin". */
  get seen(): string {
    const { fin, reset } = this.stream;
    return [...this.frames.map(({ payload }) => payload), reset ?? (fin ? "fin" : "open")].join(" ");
  }

  get frames(): Frame[] {
    return readFrames(this.stream.bytes, this.viewer.peer.version);
  }

  /** Gives it up. */
  leave(): void {
    this.stream.stop(1).abandon(1);
    this.viewer.relay.settle();
  }
}

/** One subscription of a viewer. */
export class Reading {
  readonly viewer: Viewer;
  readonly id: number;
  readonly stream: HeardBidi;

  constructor(viewer: Viewer, id: number, stream: HeardBidi) {
    this.viewer = viewer;
    this.id = id;
    this.stream = stream;
  }

  /** Its groups, in the order in which their streams arrived. */
  get groups(): HeardGroup[] {
    return this.viewer.peer.groups.filter(({ subscription }) => subscription === this.id);
  }

  /** Its groups in short: "5: g5f0 g5f1 fin". */
  get seen(): string[] {
    return this.groups.map(({ sequence, frameStart, frames, end }) => {
      const from = frameStart === 0 ? "" : ` from ${frameStart}`;
      return [`${sequence}${from}:`, ...frames.map(({ payload }) => payload), end].join(" ");
    });
  }

  /** Replies since the last call, in short. */
  replies(): string[] {
    const { version } = this.viewer.peer;
    return this.stream
      .takeAll((framer) => readSubscribeReply(framer, version))
      .map((reply) => ("group" in reply ? `${reply.kind} ${reply.group}` : reply.kind));
  }

  update(terms: Partial<SubscribeTerms>): void {
    const { version } = this.viewer.peer;
    const all = {
      priority: 0,
      ordered: false,
      maxAge: 0,
      startGroup: 0,
      endGroup: undefined,
      startFrame: 0,
      endFrame: undefined,
    };
    this.stream.write((writer) => encodeSubscribeUpdate(writer, { ...all, ...terms }, version));
    this.viewer.relay.settle();
  }

  leave(): void {
    this.stream.finish();
    this.viewer.relay.settle();
  }
}

/** Frames "g5f0", "g5f1" …, a tenth of a second apart. */
export function framesOf(group: number, count: number, first = 0): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: group * 1_000 + (first + i) * 100,
    payload: `g${group}f${first + i}`,
  }));
}

/** Names of `count` frames of a group, as `Reading.seen` has them. */
export function named(group: number, count: number, first = 0): string {
  return framesOf(group, count, first)
    .map(({ payload }) => payload)
    .join(" ");
}
