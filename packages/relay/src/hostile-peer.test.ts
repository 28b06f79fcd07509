import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, type HandmadePeer, type HeardBidi, RELAY } from "@moq-relay/protocol/testing";
import {
  BIDI,
  EMPTY_SETUP,
  encodeAnnounceInit,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeAnnounceRequest,
  encodeDatagram,
  encodeFetch,
  encodeGoaway,
  encodeGroupHeader,
  encodeSetup,
  encodeStreamType,
  encodeSubscribe,
  encodeSubscribeReply,
  encodeSubscribeUpdate,
  encodeTrackInfo,
  encodeTrackRequest,
  UNI,
  VERSIONS,
  type Version,
  type VersionName,
  type Writer,
} from "@moq-relay/protocol/wire";
import fc from "fast-check";
import { type Fetched, framesOf, named, type Publisher, type Reading, TestRelay } from "./core.fixture.ts";
import { type Grants, PEER_GRANTS } from "./peers/grants.ts";

// Runs with a new seed each time; a failure prints it, with the path to the smallest case.

/** What a hostile peer may do: read everything, and publish below "evil". */
const EVIL: Grants = { ...PEER_GRANTS, mayPublish: (path) => path.startsWith("evil") };

/** Stream codes of moq-lite (protocol notes 2.10); 64 and above belong to applications. */
const DOCUMENTED = new Set([0, 1, 2, 3, 4, 5, 0x12, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39]);
const CLOSES = new Set([1, 3, 0x11]);

function documented(code: number | undefined): boolean {
  return code === undefined || DOCUMENTED.has(code) || code >= 64;
}

/** One thing that the hostile peer does. Numbers choose among what there is. */
interface Act {
  readonly what: (typeof ACTS)[number];
  readonly which: number;
  readonly value: number;
  /** Bytes to change: place and value. Mostly none. */
  readonly changes: readonly (readonly [number, number])[];
  /** Where the bytes are cut in two, and whether the second part is sent. */
  readonly cut: number | undefined;
  readonly rest: boolean;
}

const ACTS = [
  "request",
  "request",
  "answer",
  "answer",
  "answer",
  "group",
  "whole",
  "whole",
  "frames",
  "update",
  "finish",
  "reset",
  "stop",
  "setup",
  "noise",
  "datagram",
  "wait",
] as const;

const acts = fc.array(
  fc.record<Act>({
    what: fc.constantFrom(...ACTS),
    which: fc.nat(50),
    value: fc.oneof(fc.nat(9), fc.nat(9), fc.nat(300), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)),
    changes: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 3 }) },
    ),
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(40) }),
    rest: fc.boolean(),
  }),
  { minLength: 5, maxLength: 60 },
);

const NAMES = ["flow", "evil", "evil/a", "evil/b", "nothing"];

class HostilePeer {
  readonly peer: HandmadePeer;
  readonly #version: Version;
  readonly #requests: HeardBidi[] = [];
  readonly #streams: ReturnType<HandmadePeer["uni"]>[] = [];

  /** @param polite it begins as an honest publisher would, so that others come to read from it. */
  constructor(peer: HandmadePeer, polite: boolean) {
    this.peer = peer;
    this.#version = peer.version;
    if (!polite) return;
    const { version } = peer;
    const [announce] = peer.taken(BIDI.announce);
    announce?.write((writer) => {
      if (version.announceReply === "ok") encodeAnnounceOk(writer, { hop: 66n, activeCount: 0 }, version);
      if (version.announceReply === "init") encodeAnnounceInit(writer, { suffixes: [] }, version);
      for (const suffix of ["evil", "evil/a"]) {
        const start = { kind: "start", suffix, hops: [], cost: { warm: 0, cold: 0 } } as const;
        const active = { kind: "status", status: "active", suffix, hops: [] } as const;
        encodeAnnouncement(writer, version.announcements === "typed" ? start : active, version);
      }
    });
    peer.whenBidi = (bidi) => {
      bidi.whenHeard = () => {
        if (bidi.bytes[0] === BIDI.track && bidi.length > 1 && !bidi.said.delivered) peer.trackInfo(bidi);
      };
    };
  }

  act(act: Act): void {
    const { what, which, value } = act;
    const all = [...this.#requests, ...this.peer.bidis];
    const bidi = all[which % Math.max(1, all.length)];
    const uni = this.#streams[which % Math.max(1, this.#streams.length)];
    if (what === "request") {
      this.#requests.push(this.peer.bidi());
      this.#say(this.#requests.at(-1), act, (writer) => this.#request(writer, which, value));
    } else if (what === "answer") {
      this.#respond(act);
    } else if (what === "group") {
      this.#streams.push(this.peer.uni());
      this.#say(this.#streams.at(-1), act, (writer) => this.#group(writer, which, value));
    } else if (what === "whole") {
      this.#say(this.peer.uni(), act, (writer) => this.#group(writer, which, value))?.finish();
    } else if (what === "frames") {
      this.#say(uni, act, (writer) => this.#frames(writer, value));
    } else if (what === "update") {
      this.#say(bidi, act, (writer) => this.#update(writer, which, value));
    } else if (what === "setup") {
      // Seldom, since a second one is the end.
      if (which === 7 && this.#version.setup === "stream") this.peer.setup({ hop: BigInt(value) });
    } else if (what === "noise") {
      this.#noise(act);
    } else {
      this.#end(act, bidi, uni);
    }
  }

  #noise(act: Act): void {
    const { which, value } = act;
    const stream = which % 2 === 0 ? this.peer.bidi() : this.peer.uni();
    this.#say(stream, act, (writer) => {
      for (let i = 0; i < which; i++) writer.u8((value * (i + 7)) & 0xff);
    });
  }

  #respond(act: Act): void {
    const { which, value } = act;
    const asked = this.peer.bidis.at(-1 - (which % 3)) ?? this.peer.bidis[0];
    this.#say(asked, act, (writer) => this.#answer(writer, asked?.bytes[0] ?? 0, which, value));
  }

  #end(
    { what, value, which }: Act,
    bidi: HeardBidi | undefined,
    uni: ReturnType<HandmadePeer["uni"]> | undefined,
  ): void {
    const code = value % 100;
    if (what === "finish") (which % 2 === 0 ? bidi : uni)?.finish();
    else if (what === "reset" && which % 2 === 0) bidi?.abandon(code);
    else if (what === "reset") uni?.reset(code);
    else if (what === "stop")
      (which % 2 === 0 ? bidi : this.peer.unis[which % Math.max(1, this.peer.unis.length)])?.stop(code);
    else if (what === "datagram") this.#datagram(which, value);
  }

  /** Something short that may be none, or one for a subscription of the relay. */
  #datagram(which: number, value: number): void {
    const datagram = {
      subscription: which % 4,
      sequence: value,
      timestamp: value,
      payload: Uint8Array.of(value % 256),
    };
    const bytes = bytesOf((writer) => encodeDatagram(writer, datagram, VERSIONS["moq-lite-06"]));
    this.peer.connection.sendDatagram(which % 3 === 0 ? bytes.subarray(0, value % 4) : bytes);
  }

  /** Writes what was asked for, spoiled as the act says. */
  #say<T extends { write(bytes: Uint8Array): unknown }>(
    stream: T | undefined,
    { changes, cut, rest }: Act,
    write: (writer: Writer) => void,
  ): T | undefined {
    if (!stream) return undefined;
    const bytes = bytesOf(write);
    for (const [place, value] of changes) if (bytes.length > 0) bytes[place % bytes.length] = value;
    const at = cut === undefined ? bytes.length : cut % (bytes.length + 1);
    stream.write(bytes.subarray(0, at));
    if (rest) stream.write(bytes.subarray(at));
    return stream;
  }

  #terms(value: number) {
    const startGroup = this.#version.startGroup === "floor" ? value : value % 3 === 0 ? value : undefined;
    const endGroup = value % 4 === 0 ? value : undefined;
    const frames = this.#version.frameBounds
      ? { startFrame: value % 5, endFrame: endGroup && value % 7 }
      : { startFrame: 0, endFrame: undefined };
    return { priority: value % 256, ordered: false, maxAge: value, startGroup, endGroup, ...frames };
  }

  #request(writer: Writer, which: number, value: number): void {
    const version = this.#version;
    const broadcast = NAMES[value % NAMES.length] ?? "";
    const track = "video";
    const kinds: (() => void)[] = [
      () => {
        encodeStreamType(writer, BIDI.announce);
        encodeAnnounceRequest(writer, { prefix: value % 2 === 0 ? "" : broadcast, excludeHop: 0n }, version);
      },
      () => {
        encodeStreamType(writer, BIDI.subscribe);
        encodeSubscribe(writer, { id: which, broadcast, track, ...this.#terms(value) }, version);
      },
      () => {
        encodeStreamType(writer, BIDI.track);
        if (version.trackInfo) encodeTrackRequest(writer, { broadcast, track }, version);
      },
      () => {
        encodeStreamType(writer, BIDI.fetch);
        const bounds = { startFrame: value % 5, endFrame: value % 3 === 0 ? value % 7 : undefined };
        if (version.fetch) encodeFetch(writer, { broadcast, track, priority: 0, group: value, ...bounds }, version);
      },
      () => {
        encodeStreamType(writer, value % 10);
      },
      () => {
        encodeStreamType(writer, BIDI.goaway);
        if (version.goaway && value === 3) encodeGoaway(writer, { uri: "" }, version);
      },
    ];
    kinds[which % kinds.length]?.();
  }

  /** Something that may be an answer to what the relay asked on a stream of this type; now and then of another. */
  #answer(writer: Writer, asked: number, which: number, value: number): void {
    const answers: Record<number, () => void> = {
      [BIDI.announce]: () => this.#announcement(writer, which, value),
      [BIDI.subscribe]: () => this.#reply(writer, which, value),
      [BIDI.track]: () => this.#info(writer, value),
      [BIDI.fetch]: () => this.#frames(writer, value),
    };
    const other = [BIDI.announce, BIDI.subscribe, BIDI.track, BIDI.fetch][value % 4] ?? BIDI.announce;
    answers[which % 10 === 9 ? other : asked]?.();
  }

  #announcement(writer: Writer, which: number, value: number): void {
    const version = this.#version;
    const suffix = ["evil", "evil/a", "evil/b", "flow", ""][value % 5] ?? "";
    const ids = [BigInt(value), 5n, BigInt(which), 6n].slice(0, which % 5);
    const hops = version.hops === "ids" ? ids : version.hops === "count" ? ids.map(() => 0n) : [];
    const cost = { warm: value, cold: value };
    if (version.announcements === "status") {
      const status = which % 3 === 0 ? "ended" : "active";
      return encodeAnnouncement(writer, { kind: "status", status, suffix, hops }, version);
    }
    const one = [
      { kind: "start", suffix, hops, cost },
      { kind: "restart", id: value % 3, hops, cost },
      { kind: "end", id: value % 3 },
      { kind: "incarnation", incarnation: value },
    ] as const;
    encodeAnnouncement(writer, one[(which + value) % one.length] ?? one[0], version);
  }

  #reply(writer: Writer, which: number, value: number): void {
    const version = this.#version;
    const terms = { priority: 0, ordered: false, maxAge: value, startGroup: undefined, endGroup: undefined };
    if (version.subscribeReply !== "start") return encodeSubscribeReply(writer, { kind: "ok", ...terms }, version);
    encodeSubscribeReply(writer, { kind: which % 2 === 0 ? "start" : "end", group: value }, version);
  }

  #info(writer: Writer, value: number): void {
    if (!this.#version.trackInfo) return;
    const timescale = 1 + (value % 1_000);
    encodeTrackInfo(writer, { priority: 1, ordered: false, maxAge: value, timescale }, this.#version);
  }

  #group(writer: Writer, which: number, value: number): void {
    encodeStreamType(writer, UNI.group);
    const frameStart = this.#version.frameStart && value % 5 === 0 ? value : 0;
    encodeGroupHeader(writer, { subscription: which % 3, sequence: value, frameStart }, this.#version);
    this.#frames(writer, value);
  }

  #frames(writer: Writer, value: number): void {
    for (let i = 0; i < value % 4; i++) {
      if (this.#version.frames === "timed") writer.varint(value % 70);
      const length = (value + i) % 9;
      writer.varint(length);
      for (let byte = 0; byte < length; byte++) writer.u8(byte);
    }
  }

  #update(writer: Writer, which: number, value: number): void {
    if (which % 3 === 0 && this.#version.setup === "stream") encodeSetup(writer, EMPTY_SETUP, this.#version);
    else if (this.#version.subscribeUpdate) encodeSubscribeUpdate(writer, this.#terms(value), this.#version);
  }
}

/** A relay, honest peers of all kinds, another relay behind it, and somebody hostile. */
class Stage {
  readonly relay: TestRelay = new TestRelay({
    grants: (path) => (path === "/evil" ? EVIL : PEER_GRANTS),
    session: { maxSubscriptions: 20, maxAnnounced: 20 },
    limits: { maxConnectionReceive: 256 << 10, maxStreamQueue: 1 << 20 },
  });
  readonly neighbour: TestRelay = new TestRelay({ world: this.relay.world, address: "neighbour.test", hop: 2_000n });
  readonly publisher: Publisher;
  readonly viewers: Reading[];
  /** Honest readers of what the hostile peer publishes. */
  readonly curious: Reading[] = [];
  readonly fetched: Fetched[] = [];
  readonly hostile: HostilePeer;
  sent = 0;

  constructor(version: VersionName, polite: boolean) {
    const { relay } = this;
    this.publisher = relay.publisher({ names: ["flow"] });
    this.viewers = [relay.viewer("moq-lite-06"), relay.viewer("moq-lite-04")].map((viewer) => viewer.subscribe("flow"));
    this.#link();
    this.hostile = new HostilePeer(relay.peer(version, { path: "/evil", from: "evil.test" }), polite);
    for (const kind of ["moq-lite-06", "moq-lite-05", "moq-lite-03", "moq-lite-02"] as const) {
      const peer = relay.peer(kind);
      peer.bidi((writer) => {
        encodeStreamType(writer, BIDI.announce);
        encodeAnnounceRequest(writer, { prefix: "", excludeHop: 0n }, VERSIONS[kind]);
      });
    }
    relay.settle();
  }

  /** Another relay asks this one for everything; what it hears is read by the real thing. */
  #link(): void {
    const { neighbour, relay } = this;
    relay.world.network.dial(
      RELAY,
      { protocols: ["moq-lite-06"], from: "neighbour.test" },
      {
        onConnection: (connection) => neighbour.core.open(connection, PEER_GRANTS).events,
        onFailed: (reason) => assert.fail(reason),
      },
    );
    relay.settle();
    assert.equal(neighbour.core.sessions, 1);
  }

  /** An honest reader tries what the hostile peer says it has. */
  look(round: number): void {
    if (round % 7 !== 1) return;
    const version = (["moq-lite-06", "moq-lite-04", "moq-lite-05"] as const)[round % 3] ?? "moq-lite-06";
    const name = ["evil/a", "evil", "evil/b"][round % 3];
    const viewer = this.relay.viewer(version);
    this.curious.push(viewer.subscribe(name, "video", { maxAge: 1_000 }));
    if (name && viewer.peer.version.fetchServed) this.fetched.push(viewer.fetch(round % 4, { broadcast: name }));
  }

  flow(): void {
    const to = this.publisher.live.find(({ said }) => said.track === "video") ?? assert.fail("nobody asks any more");
    this.publisher.whole(this.sent, framesOf(this.sent, 2), { to });
    this.sent += 1;
  }

  check(): void {
    const expected = Array.from({ length: this.sent }, (_, group) => `${group}: ${named(group, 2)} fin`);
    for (const { seen, stream } of this.viewers) {
      assert.deepEqual(seen, expected, "a bystander lost a frame");
      assert.equal(stream.reset, undefined);
    }
    const { peer } = this.hostile;
    const codes = [...peer.unis, ...peer.bidis].map(({ reset }) => reset);
    for (const { groups, stream } of this.curious) {
      codes.push(stream.reset, ...groups.map(({ end }) => (typeof end === "number" ? end : undefined)));
    }
    codes.push(...this.fetched.map(({ stream }) => stream.reset));
    assert.deepEqual(
      codes.filter((code) => !documented(code)),
      [],
    );
    const { closed } = peer;
    assert.ok(closed?.by !== "peer" || CLOSES.has(closed.code), `closed with ${closed?.code}`);
    const honest = [this.publisher.peer, ...[...this.viewers, ...this.curious].map(({ viewer }) => viewer.peer)];
    for (const one of honest) assert.notEqual(one.closed?.by, "peer", "an honest session was closed");
    assert.equal(this.neighbour.core.sessions, 1, "the link to the neighbour was closed");
  }

  /** The hostile peer is gone: nothing of it stays. */
  end(): void {
    this.hostile.peer.connection.close(0, "");
    for (const { viewer } of this.curious) viewer.peer.connection.close(0, "");
    this.relay.pass(36_000);
    this.check();
    assert.deepEqual([this.relay.cache.bytes, this.relay.hub.fetching], [this.relay.recount(), 0]);
    const names = [...this.relay.hub.broadcasts].map(({ path }) => path);
    assert.deepEqual([names, this.relay.core.table.size, this.neighbour.core.table.size], [["flow"], 1, 1]);
  }
}

for (const version of ["moq-lite-06", "moq-lite-05", "moq-lite-04", "moq-lite-02"] as const) {
  test(`${version}: a hostile peer gets documented codes, and nobody else notices`, () => {
    fc.assert(
      fc.property(acts, fc.boolean(), (history, polite) => {
        const stage = new Stage(version, polite);
        for (const [round, act] of history.entries()) {
          stage.hostile.act(act);
          if (act.what === "wait") stage.relay.pass(act.value % 700);
          stage.relay.settle();
          stage.look(round);
          if (round % 5 === 0) stage.flow();
        }
        stage.flow();
        stage.check();
        stage.end();
      }),
      { numRuns: 60 },
    );
  });
}
