import { type HandmadePeer, RELAY } from "@moq-relay/protocol/testing";
import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import {
  framesOf,
  named,
  type Publisher,
  type Reading,
  TestRelay,
} from "../../../../packages/relay/src/core.fixture.ts";
import { type Grants, PEER_GRANTS } from "../../../../packages/relay/src/peers/grants.ts";
import { must } from "../target.ts";

/** What the hostile client may do: read everything, and publish below "evil". */
const EVIL: Grants = { ...PEER_GRANTS, mayPublish: (path) => path === "evil" || path.startsWith("evil/") };
/** The same in a place of its own, where every name is longer. */
const DEEP_ROOT = Array.from({ length: 30 }, () => "r").join("/");
const DEEP_EVIL: Grants = { ...PEER_GRANTS, root: DEEP_ROOT };

/** Stream codes of moq-lite; 64 and above belong to applications. */
const DOCUMENTED = new Set([0, 1, 2, 3, 4, 5, 0x12, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39]);
const CLOSES = new Set([0, 1, 3, 0x11, 0x15]);

const CACHE = 1 << 20;
const MAX_GROUP = 256 << 10;
/** The newest group of a track stays, whatever it weighs; more tracks than these are not read on this stage. */
const MOST_TRACKS = 16;

/** Longer than any linger, patience or idle time of the relay, milliseconds. */
const ALL_FORGOTTEN = 40_000;

/** What the relay has, to be compared before and after. */
interface Holdings {
  readonly sessions: number;
  readonly routes: number;
  readonly listeners: number;
  readonly watchers: number;
  readonly handles: number;
  readonly timers: number;
  readonly broadcasts: string;
}

/** A relay, an honest publisher and its readers, another relay behind, and room for somebody hostile. */
export class Stage {
  readonly relay: TestRelay;
  readonly #neighbour: TestRelay;
  readonly #publisher: Publisher;
  readonly #readings: Reading[];
  /** Honest readers of what the hostile client says that it has. */
  readonly #curious: Reading[] = [];
  readonly #hostile: HandmadePeer[] = [];
  readonly #before: Holdings;
  #sent = 0;

  constructor() {
    this.relay = new TestRelay({
      grants: (path) => (path === "/evil" ? EVIL : path === "/deep" ? DEEP_EVIL : PEER_GRANTS),
      session: { maxSubscriptions: 20, maxAnnounced: 20, maxListens: 10 },
      capacity: CACHE,
      hub: { maxFrame: 64 << 10, maxGroup: MAX_GROUP, maxFrames: 200, maxGroups: 20, maxTracks: 8 },
      limits: { maxConnectionReceive: 256 << 10, maxStreamQueue: 256 << 10 },
    });
    const { relay } = this;
    this.#neighbour = new TestRelay({ world: relay.world, address: "neighbour.test", hop: 2_000n });
    this.#publisher = relay.publisher({ names: ["flow"] });
    this.#readings = [relay.viewer("moq-lite-06"), relay.viewer("moq-lite-04")].map((one) => one.subscribe("flow"));
    this.#link();
    this.flow();
    relay.pass(ALL_FORGOTTEN);
    this.#before = this.#holdings();
  }

  /** Somebody hostile comes; without `hands` it does not even shake hands. */
  intruder(version: VersionName, options: { deep: boolean; hands: boolean }): HandmadePeer {
    const where = { path: options.deep ? "/deep" : "/evil", from: "evil.test" };
    const peer = this.relay.world.dial([VERSIONS[version].alpn], where);
    peer.version = VERSIONS[version];
    if (options.hands) peer.shakeHands();
    this.relay.settle();
    this.#hostile.push(peer);
    return peer;
  }

  /** The honest publisher sends a group. */
  flow(): void {
    const to = this.#publisher.live.find(({ said }) => said.track === "video");
    must(to !== undefined, "nobody asks the honest publisher any more");
    this.#publisher.whole(this.#sent, framesOf(this.#sent, 2), { to });
    this.#sent += 1;
  }

  /** An honest reader tries what the hostile client may have. */
  look(which: number): void {
    if (this.#curious.length >= 6) return;
    const version = (["moq-lite-06", "moq-lite-04", "moq-lite-05"] as const)[which % 3]!;
    const name = ["evil/a", "evil/a", "evil", "evil/b", `${DEEP_ROOT}/evil/a`, "evil/a/b/c"][which % 6];
    this.#curious.push(this.relay.viewer(version).subscribe(name, "video", { maxAge: 1_000 }));
  }

  /** What must hold at any time. */
  check(): void {
    const honest = [this.#publisher.peer, ...[...this.#readings, ...this.#curious].map(({ viewer }) => viewer.peer)];
    for (const { closed } of honest) must(closed?.by !== "peer", `an honest session was closed: ${closed?.reason}`);
    must(this.#neighbour.core.sessions === 1, "the link to the neighbour was closed");
    const { bytes } = this.relay.cache;
    must(bytes <= CACHE + MOST_TRACKS * MAX_GROUP, `${bytes} bytes are cached`);
    for (const { closed } of this.#hostile) {
      must(closed?.by !== "peer" || CLOSES.has(closed.code), `closed with ${closed?.code}`);
    }
  }

  /** What has happened so far, in short: magnitudes of what the relay counts, and the codes that were heard. */
  summary(): string {
    const { counters, core } = this.relay;
    const counts = [...Object.values(counters), ...Object.values(core.counters)];
    const codes = new Set(this.#hostile.flatMap(({ unis, bidis }) => [...unis, ...bidis].map(({ reset }) => reset)));
    const magnitudes = counts.map((count) => Math.ceil(Math.log2(Number(count) + 1)).toString(36));
    return `${magnitudes.join("")} ${[...codes].sort().join()}`;
  }

  /** The hostile clients go, in one of several ways; what they left behind is forgotten in time. */
  end(how: number): void {
    this.#checkFlow();
    this.#checkCodes();
    const { relay } = this;
    if (how === 0) for (const peer of this.#hostile) peer.connection.close(0, "");
    else if (how === 1) relay.world.network.cut("evil.test", RELAY);
    else relay.world.network.vanish("evil.test");
    relay.pass(1_000);
    this.flow();
    for (const { viewer } of this.#curious) viewer.peer.connection.close(0, "");
    relay.pass(ALL_FORGOTTEN);
    this.check();
    this.#checkFlow();
    this.#checkFreed();
  }

  #link(): void {
    const { relay } = this;
    relay.world.network.dial(
      RELAY,
      { protocols: ["moq-lite-06"], from: "neighbour.test" },
      {
        onConnection: (connection) => this.#neighbour.core.open(connection, PEER_GRANTS).events,
        onFailed: (reason) => must(false, reason),
      },
    );
    relay.settle();
  }

  /** Every frame of the honest publisher has come to every honest reader, once and in order. */
  #checkFlow(): void {
    const expected = Array.from({ length: this.#sent }, (_, group) => `${group}: ${named(group, 2)} fin`).join();
    for (const { seen, stream } of this.#readings) {
      must(seen.join() === expected, `a bystander saw ${seen.join()}`);
      must(stream.reset === undefined, `a bystander was reset with ${stream.reset}`);
    }
  }

  #checkCodes(): void {
    const codes = this.#hostile.flatMap(({ unis, bidis }) => [...unis, ...bidis].map(({ reset }) => reset));
    for (const { groups, stream } of this.#curious) {
      codes.push(stream.reset, ...groups.map(({ end }) => (typeof end === "number" ? end : undefined)));
    }
    for (const code of codes) must(code === undefined || DOCUMENTED.has(code) || code >= 64, `stream code ${code}`);
  }

  #checkFreed(): void {
    const { relay } = this;
    const now = this.#holdings();
    for (const [name, before] of Object.entries(this.#before)) {
      const after = now[name as keyof Holdings];
      // Signs of life are sent at other moments than before: a few timers more or less are none too many.
      const slack = name === "timers" ? 16 : 0;
      const holds = typeof before === "number" ? Number(after) <= before + slack : after === before;
      must(holds, `${name}: ${before} before, ${after} after`);
    }
    must(relay.cache.bytes === relay.recount(), `${relay.cache.bytes} bytes are charged, ${relay.recount()} held`);
    must(this.#neighbour.core.table.size === 1, "the neighbour has routes that are none");
  }

  #holdings(): Holdings {
    const { core, hub, world } = this.relay;
    return {
      sessions: core.sessions,
      routes: core.table.size,
      listeners: core.table.listeners,
      watchers: core.table.watchers,
      handles: world.network.carrier.handles.size,
      timers: world.time.pending,
      broadcasts: [...hub.broadcasts].map(({ path }) => path).join(),
    };
  }
}
