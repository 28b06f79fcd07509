import assert from "node:assert/strict";
import { test } from "node:test";
import type { HopId, RouteOffer } from "../../model/index.ts";
import { bytesOf, type HeardBidi } from "../../testing/index.ts";
import {
  BIDI,
  decodeAnnounceInit,
  decodeAnnounceOk,
  encodeAnnounceRequest,
  encodeStreamType,
  readAnnouncement,
  VERSIONS,
  type VersionName,
} from "../../wire/index.ts";
import type { Announcer, NodeHello } from "../session.ts";
import { helloParameter } from "./node-hello.ts";
import { ALL_VERSIONS, OWN_HOP, Stage, type StageOptions } from "./session.fixture.ts";

const HELLO: NodeHello = { address: "node-2.test:4443", root: false, settling: 0 };

function offer(hops: readonly HopId[], warm = 0, cold = 0, incarnation?: number): RouteOffer {
  return { hops, warm, cold, ...(incarnation === undefined ? {} : { incarnation }) };
}

/** A peer that listens to the session under test. */
class Listener {
  readonly stage: Stage;
  readonly heard: HeardBidi;
  readonly announcer: Announcer;

  constructor(version: VersionName, options: StageOptions & { excludeHop?: HopId; nodes?: boolean } = {}) {
    const { excludeHop = 0n, nodes } = options;
    this.stage = new Stage(version, nodes ? { ...options, hello: HELLO, raw: true } : options);
    if (nodes) this.stage.peer.setup({ others: [helloParameter(HELLO)] });
    this.heard = this.stage.peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix: "room", excludeHop }, VERSIONS[version]);
    });
    this.stage.settle();
    this.announcer = this.stage.handler.listens[0]?.answer ?? assert.fail("the request was not heard");
  }

  /** What the peer has been told since the last call, in words. */
  told(): string[] {
    this.stage.settle();
    const { version } = this.stage.peer;
    const words: string[] = [];
    if (!this.#begun) words.push(...this.#first());
    for (const one of this.heard.takeAll((framer) => readAnnouncement(framer, version))) {
      if (one.kind === "status") words.push(`${one.status} ${one.suffix} ${one.hops.join(",")}`.trim());
      else if (one.kind === "start")
        words.push(`start ${one.suffix} ${one.hops.join(",")} ${one.cost.warm}/${one.cost.cold}`);
      else if (one.kind === "restart")
        words.push(`restart ${one.id} ${one.hops.join(",")} ${one.cost.warm}/${one.cost.cold}`);
      else if (one.kind === "end") words.push(`end ${one.id}`);
      else if (one.kind === "incarnation") words.push(`born ${one.incarnation}`);
    }
    return words;
  }

  #begun = false;

  #first(): string[] {
    const { version } = this.stage.peer;
    if (version.announceReply === "none") {
      this.#begun = true;
      return [];
    }
    const body = this.heard.take((framer) => framer.message());
    if (!body) return [];
    this.#begun = true;
    if (version.announceReply === "init") return [`live ${decodeAnnounceInit(body, version).suffixes.join(" ")}`];
    const { hop, activeCount } = decodeAnnounceOk(body, version);
    return [`ok ${hop} ${activeCount}`];
  }
}

const CAM = { suffix: "cam", offer: offer([7n]) };
const MIC = { suffix: "mic", offer: offer([7n, 8n], 3, 4) };

test("the first answer has all that there is, in the form of the version", () => {
  const expected: Record<string, string[]> = {
    "moq-lite-01": ["live cam mic"],
    "moq-lite-02": ["live cam mic"],
    "moq-lite-03": ["active cam 0,0", "active mic 0,0,0"],
    "moq-lite-04": [`active cam 7,${OWN_HOP}`, `active mic 7,8,${OWN_HOP}`],
    "moq-lite-05": [`ok ${OWN_HOP} 2`, "active cam 7", "active mic 7,8"],
    "moq-lite-06": [`ok ${OWN_HOP} 2`, "start cam 7 0/0", "start mic 7,8 3/4"],
  };
  for (const version of ALL_VERSIONS) {
    const listener = new Listener(version);
    assert.equal(listener.stage.handler.listens[0]?.prefix, "room");
    assert.deepEqual(listener.told(), [], "nothing before the relay has an answer");
    listener.announcer.begin([CAM, MIC]);
    assert.deepEqual(listener.told(), expected[version], version);
  }
});

test("an empty answer is said, and the stream stays open", () => {
  const expected: Record<string, string[]> = {
    "moq-lite-01": ["live "],
    "moq-lite-02": ["live "],
    "moq-lite-03": [],
    "moq-lite-04": [],
    "moq-lite-05": [`ok ${OWN_HOP} 0`],
    "moq-lite-06": [`ok ${OWN_HOP} 0`],
  };
  for (const version of ALL_VERSIONS) {
    const listener = new Listener(version);
    listener.announcer.begin([]);
    assert.deepEqual(listener.told(), expected[version], version);
    assert.equal(listener.heard.fin, false);
  }
});

test("what comes and goes later is told in the form of the version", () => {
  const expected: Record<string, string[]> = {
    "moq-lite-01": ["active cam", "ended cam", "active cam"],
    "moq-lite-02": ["active cam", "ended cam", "active cam"],
    "moq-lite-03": ["active cam 0,0", "ended cam", "active cam 0,0"],
    "moq-lite-04": [`active cam 7,${OWN_HOP}`, "ended cam", `active cam 7,${OWN_HOP}`],
    "moq-lite-05": ["active cam 7", "ended cam", "active cam 7"],
    "moq-lite-06": ["start cam 7 0/0", "end 0", "start cam 7 0/0"],
  };
  for (const version of ALL_VERSIONS) {
    const { announcer, told } = listening(version);
    announcer.start("cam", offer([7n]));
    announcer.end("cam");
    announcer.start("cam", offer([7n]));
    announcer.end("never");
    assert.deepEqual(told(), expected[version], version);
  }
});

test("another publisher of a name is told: in place where the version can, as an end and a start where not", () => {
  const expected: Record<string, string[]> = {
    "moq-lite-01": ["ended cam", "active cam"],
    "moq-lite-02": ["ended cam", "active cam"],
    "moq-lite-03": ["ended cam", "active cam 0,0"],
    "moq-lite-04": ["ended cam", `active cam 9,${OWN_HOP}`],
    "moq-lite-05": ["active cam 9"],
    "moq-lite-06": ["restart 0 9 1/1"],
  };
  for (const version of ALL_VERSIONS) {
    const { announcer, told } = listening(version, [CAM]);
    announcer.restart("cam", offer([9n], 1, 1));
    assert.deepEqual(told(), expected[version], version);
  }
});

test("another way to the same publisher never looks like an end", () => {
  const expected: Record<string, string[]> = {
    "moq-lite-01": [],
    "moq-lite-02": [],
    "moq-lite-03": [],
    "moq-lite-04": [],
    "moq-lite-05": ["active cam 7,8"],
    "moq-lite-06": ["restart 0 7,8 1/1"],
  };
  for (const version of ALL_VERSIONS) {
    const { announcer, told } = listening(version, [CAM]);
    announcer.restart("cam", offer([7n, 8n], 1, 1));
    assert.deepEqual(told(), expected[version], version);
    announcer.end("cam");
    assert.equal(told().length, 1, `${version}: the end is told all the same`);
  }
});

test("a chain without room for our hop is not told, until it has room", () => {
  const long = offer(Array.from({ length: 32 }, (_, i) => BigInt(i + 1)));
  const short = offer([1n, 2n]);
  for (const version of ALL_VERSIONS) {
    const { announcer, told } = listening(version, [{ suffix: "far", offer: long }, CAM]);
    announcer.end("far");
    assert.deepEqual(told(), [], version);
    announcer.start("far", long);
    announcer.restart("far", long);
    assert.deepEqual(told(), [], version);
    announcer.restart("far", short);
    assert.match(told().join(), /^(start|active) far/, version);
    announcer.restart("far", long);
    assert.match(told().join(), /^(end|ended)/, version);
    announcer.end("far");
    assert.deepEqual(told(), [], version);
  }
});

test("incarnations are told to nodes of our kind only", () => {
  const born = { suffix: "cam", offer: offer([7n], 0, 0, 1_234) };
  const among = listening("moq-lite-06", [born], { nodes: true });
  among.announcer.restart("cam", offer([8n], 0, 0, 5_678));
  assert.deepEqual(among.first, [`ok ${OWN_HOP} 1`, "born 1234", "start cam 7 0/0"]);
  assert.deepEqual(among.told(), ["born 5678", "restart 0 8 0/0"]);
  for (const options of [{}, { hello: HELLO }]) {
    const others = listening("moq-lite-06", [born], options);
    assert.deepEqual(others.first, [`ok ${OWN_HOP} 1`, "start cam 7 0/0"]);
  }
});

test("the hop that a request excludes is who the peer is, on 04 and 05", () => {
  for (const version of ["moq-lite-04", "moq-lite-05"] as const) {
    assert.equal(new Listener(version, { excludeHop: 42n }).stage.session.peerHop, 42n);
  }
  const named = new Listener("moq-lite-05", { excludeHop: 42n, peerHop: 41n });
  assert.equal(named.stage.session.peerHop, 41n);
});

test("a peer that no longer listens is not told more, and the relay knows", () => {
  for (const version of ALL_VERSIONS) {
    for (const leave of ["finish", "reset", "stop"] as const) {
      const listener = new Listener(version);
      listener.announcer.begin([CAM]);
      listener.told();
      if (leave === "finish") listener.heard.finish();
      else if (leave === "reset") listener.heard.abandon(0);
      else listener.heard.stop(0);
      listener.stage.settle();
      assert.equal(listener.stage.handler.listens[0]?.cancelled, true, `${version} ${leave}`);
      const { length } = listener.heard;
      listener.announcer.start("late", offer([7n]));
      listener.announcer.restart("cam", offer([9n]));
      listener.announcer.end("cam");
      listener.stage.settle();
      assert.equal(listener.heard.length, length);
      if (leave === "finish") assert.equal(listener.heard.fin, true);
      if (leave === "reset") assert.equal(listener.heard.reset, 1);
    }
  }
});

test("a session that ends takes its listeners with it", () => {
  const listener = new Listener("moq-lite-06");
  listener.announcer.begin([]);
  listener.stage.peer.connection.close(0, "");
  listener.stage.settle();
  assert.equal(listener.stage.handler.listens[0]?.cancelled, true);
  assert.equal(listener.stage.handler.closed?.by, "peer");
  listener.announcer.start("late", offer([7n]));
});

test("a request is obeyed once, whatever follows it on the stream", () => {
  for (const version of ALL_VERSIONS) {
    const listener = new Listener(version);
    listener.heard.write((writer) => encodeAnnounceRequest(writer, { prefix: "", excludeHop: 0n }, VERSIONS[version]));
    listener.heard.write(new Uint8Array(200_000));
    listener.stage.settle();
    assert.equal(listener.stage.handler.listens.length, 1, version);
    assert.equal(listener.stage.peer.closeCode(), undefined);
  }
});

test("two requests in one piece are one request", () => {
  for (const version of ALL_VERSIONS) {
    const stage = new Stage(version);
    const request = bytesOf((writer) =>
      encodeAnnounceRequest(writer, { prefix: "", excludeHop: 0n }, VERSIONS[version]),
    );
    stage.peer.bidi(Uint8Array.of(BIDI.announce, ...request, ...request));
    stage.settle();
    assert.equal(stage.handler.listens.length, 1, version);
  }
});

test("a peer for whom too many announcements wait loses that stream, and the relay knows", () => {
  const marks = { highMark: 5_000, lowMark: 1_000, maxStreamQueue: 10_000, maxConnectionReceive: 4_000 };
  const limits = { highMark: 5_000, maxUntold: 1_000 };
  const listener = new Listener("moq-lite-06", { world: { limits: marks }, limits });
  listener.announcer.begin([]);
  listener.stage.settle();
  listener.heard.pause();
  for (let i = 0; i < 2_000; i++) listener.announcer.start(`room/camera-${i}`, offer([7n]));
  listener.stage.settle();
  assert.equal(listener.stage.handler.listens[0]?.cancelled, true);
  assert.equal(listener.heard.reset, 5);
  assert.equal(listener.stage.session.requests.untold, 0);
});

test("one prefix too many is refused", () => {
  const stage = new Stage("moq-lite-06", { limits: { maxListens: 2 } });
  const all = [0, 1, 2].map(() => stage.peer.bidi(Uint8Array.of(BIDI.announce, 1, 0)));
  stage.settle();
  assert.deepEqual(
    all.map(({ reset }) => reset),
    [undefined, undefined, 1],
  );
  all[0]?.finish();
  stage.settle();
  const again = stage.peer.bidi(Uint8Array.of(BIDI.announce, 1, 0));
  stage.settle();
  assert.equal(again.reset, undefined);
});

function listening(
  version: VersionName,
  routes: readonly { suffix: string; offer: RouteOffer }[] = [],
  options: ConstructorParameters<typeof Listener>[1] = {},
): { announcer: Announcer; told: () => string[]; first: string[] } {
  const listener = new Listener(version, options);
  listener.announcer.begin(routes);
  const first = listener.told();
  return { announcer: listener.announcer, told: () => listener.told(), first };
}
