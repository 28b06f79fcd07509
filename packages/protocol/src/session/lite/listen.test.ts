import assert from "node:assert/strict";
import { test } from "node:test";
import type { HandmadePeer, HeardBidi } from "../../testing/index.ts";
import {
  type Announcement,
  BIDI,
  decodeAnnounceRequest,
  encodeAnnounceInit,
  encodeAnnouncement,
  encodeAnnounceOk,
  VERSIONS,
  type VersionName,
} from "../../wire/index.ts";
import type { NodeHello } from "../session.ts";
import { helloParameter } from "./node-hello.ts";
import { ALL_VERSIONS, OWN_HOP, RecordedRoutes, STAMP, Stage, type StageOptions } from "./session.fixture.ts";

const FREE = { warm: 0, cold: 0 };
const HELLO: NodeHello = { address: "node-2.test:4443", root: false, settling: 0 };

/** What the session under test asks, and how the peer answers. */
class Asking {
  readonly stage: Stage;
  readonly routes: RecordedRoutes = new RecordedRoutes();
  readonly request: HeardBidi;
  readonly cancel: () => void;

  constructor(version: VersionName, options: StageOptions = {}, prefix = "") {
    this.stage = new Stage(version, options);
    this.cancel = this.stage.session.listen(prefix, this.routes) as () => void;
    this.stage.settle();
    this.request = this.peer.taken(BIDI.announce)[0] ?? assert.fail("no announce request");
  }

  get peer(): HandmadePeer {
    return this.stage.peer;
  }

  get log(): string[] {
    return this.routes.log;
  }

  /** Says that `active` announcements are the first answer, where the version does. */
  begin(hop: bigint, active: number): this {
    const { version } = this.peer;
    if (version.announceReply === "ok")
      this.request.write((w) => encodeAnnounceOk(w, { hop, activeCount: active }, version));
    if (version.announceReply === "init") this.request.write((w) => encodeAnnounceInit(w, { suffixes: [] }, version));
    return this;
  }

  say(...announcements: Exclude<Announcement, { kind: "unknown" }>[]): this {
    for (const one of announcements) this.request.write((w) => encodeAnnouncement(w, one, this.peer.version));
    this.stage.settle();
    return this;
  }

  active(suffix: string, hops: readonly bigint[] = []): this {
    return this.say({ kind: "status", status: "active", suffix, hops });
  }

  ended(suffix: string): this {
    return this.say({ kind: "status", status: "ended", suffix, hops: [] });
  }

  start(suffix: string, hops: readonly bigint[] = [], cost: { warm: number; cold: number } = FREE): this {
    return this.say({ kind: "start", suffix, hops, cost });
  }

  restart(id: number, hops: readonly bigint[] = [], cost: { warm: number; cold: number } = FREE): this {
    return this.say({ kind: "restart", id, hops, cost });
  }

  end(id: number): this {
    return this.say({ kind: "end", id });
  }

  raw(...bytes: number[]): this {
    this.request.write(Uint8Array.from(bytes));
    this.stage.settle();
    return this;
  }
}

for (const version of ALL_VERSIONS) {
  test(`${version}: we ask for a prefix, and where the version can say it not for our own routes`, () => {
    const asking = new Asking(version, {}, "room/a");
    const body = asking.request.take((framer) => framer.message());
    const { prefix, excludeHop } = decodeAnnounceRequest(body!, VERSIONS[version]);
    assert.equal(prefix, "room/a");
    assert.equal(excludeHop, VERSIONS[version].excludeHop ? OWN_HOP : 0n);
  });

  test(`${version}: whoever no longer listens says so and hears no more`, () => {
    const asking = new Asking(version).begin(5n, 0);
    asking.stage.settle();
    asking.cancel();
    asking.stage.settle();
    assert.equal(asking.request.fin, true);
    assert.equal(asking.request.stopped, 0);
    asking.cancel();
    assert.equal(asking.peer.closeCode(), undefined);
  });

  test(`${version}: an answer that ends withdraws all of its routes, the session lives`, () => {
    const asking = new Asking(version).begin(5n, 0);
    if (VERSIONS[version].announcements === "typed") asking.start("cam");
    else asking.active("cam");
    asking.request.finish();
    asking.stage.settle();
    assert.equal(asking.log.at(-1), "closed");
    assert.equal(asking.peer.closeCode(), undefined);
  });

  test(`${version}: an answer that ends in mid-message ends the session with 3`, () => {
    const asking = new Asking(version).begin(5n, 0);
    asking.raw(0x00, 0x05);
    asking.request.finish();
    asking.stage.settle();
    assert.equal(asking.peer.closeCode(), 3);
  });

  test(`${version}: too many announcements end the session with 3`, () => {
    const asking = new Asking(version, { limits: { maxAnnounced: 2 } }).begin(5n, 0);
    for (const name of ["a", "b", "c", "d"]) {
      if (VERSIONS[version].announcements === "typed") asking.start(name);
      else asking.active(name);
    }
    assert.equal(asking.peer.closeCode(), 3);
    assert.equal(asking.log.filter((line) => line.startsWith("start")).length, 2);
  });

  test(`${version}: an announcement above the cap of a message ends the session with 3`, () => {
    const asking = new Asking(version, { limits: { maxMessage: 100 } }).begin(5n, 0);
    if (VERSIONS[version].announcements === "typed") asking.raw(0x00, 0x40, 101);
    else asking.raw(0x40, 101);
    assert.equal(asking.peer.closeCode(), 3);
  });

  test(`${version}: an announcement that cannot be read ends the session with 3`, () => {
    const asking = new Asking(version).begin(5n, 0);
    if (VERSIONS[version].announcements === "typed") asking.raw(0x00, 0x02, 0x05, 0x41);
    else asking.raw(0x02, 0x07, 0x00);
    assert.equal(asking.peer.closeCode(), 3);
    assert.deepEqual(
      asking.log.filter((line) => line.startsWith("start")),
      [],
    );
  });
}

for (const version of ["moq-lite-01", "moq-lite-02"] as const) {
  test(`${version}: the first message has all that is live, and nobody has a name`, () => {
    const asking = new Asking(version);
    asking.request.write((w) => encodeAnnounceInit(w, { suffixes: ["a", "b"] }, VERSIONS[version]));
    asking.active("c").ended("a");
    assert.deepEqual(asking.log, [
      `start a ${STAMP},0 0/0`,
      `start b ${STAMP},0 0/0`,
      "complete",
      `start c ${STAMP},0 0/0`,
      "end a",
    ]);
  });
}

test("moq-lite-03: only the number of hops is known, the session's stamp stands for the publisher", () => {
  const asking = new Asking("moq-lite-03", { linkCost: 4 });
  asking.active("own", [0n]).active("far", [0n, 0n]);
  assert.deepEqual(asking.log, [`start own ${STAMP},0 0/0`, `start far ${STAMP},0,0 4/4`]);
});

test("moq-lite-04: the sender is the last of its own hops", () => {
  const asking = new Asking("moq-lite-04", { linkCost: 4 });
  asking.active("own", [5n]).active("far", [7n, 5n]).active("unnamed", []);
  assert.deepEqual(asking.log, ["start own 5 0/0", "start far 7,5 4/4", `start unnamed ${STAMP},0 0/0`]);
});

for (const version of ["moq-lite-01", "moq-lite-02", "moq-lite-03", "moq-lite-04"] as const) {
  test(`${version}: a live path announced again ends the session with 3`, () => {
    const asking = new Asking(version).begin(5n, 0).active("cam").active("cam");
    assert.equal(asking.peer.closeCode(), 3);
    assert.equal(asking.log.filter((line) => line.startsWith("start")).length, 1);
  });

  test(`${version}: an ended path may come again, and an end of nothing changes nothing`, () => {
    const asking = new Asking(version).begin(5n, 0).ended("cam").active("cam").ended("cam").ended("cam").active("cam");
    assert.deepEqual(
      asking.log.filter((line) => line !== "complete").map((line) => line.split(" ")[0]),
      ["start", "end", "start"],
    );
    assert.equal(asking.peer.closeCode(), undefined);
  });
}

test("moq-lite-05: the hop of ANNOUNCE_OK is appended; a live path announced again is a restart", () => {
  const asking = new Asking("moq-lite-05", { linkCost: 4 }).begin(5n, 2);
  asking.active("own").active("far", [7n]);
  asking.active("far", [7n, 8n]).say({ kind: "status", status: "restart", suffix: "own", hops: [9n] });
  asking.say({ kind: "status", status: "restart", suffix: "new", hops: [] });
  assert.deepEqual(asking.log, [
    "start own 5 0/0",
    "start far 7,5 4/4",
    "complete",
    "restart far 7,8,5 4/4",
    "restart own 9,5 4/4",
    "start new 5 0/0",
  ]);
});

test("moq-lite-06: routes come and go by the number of their START", () => {
  const asking = new Asking("moq-lite-06", { linkCost: 4 }).begin(5n, 1);
  asking.start("cam", [], { warm: 0, cold: 0 }).start("far", [7n], { warm: 1, cold: 2 });
  asking.restart(1, [7n, 8n], { warm: 3, cold: 3 }).end(0).start("cam").end(2).end(1);
  assert.deepEqual(asking.log, [
    "start cam 5 0/0",
    "complete",
    "start far 7,5 5/6",
    "restart far 7,8,5 7/7",
    "end cam",
    "start cam 5 0/0",
    "end cam",
    "end far",
  ]);
});

test("moq-lite-06: the dialler's cost is charged, and a price cannot pass the largest", () => {
  const stage = new Stage("moq-lite-06", { raw: true });
  stage.peer.setup({ cost: 9 });
  stage.settle();
  const routes = new RecordedRoutes();
  stage.session.listen("", routes);
  stage.settle();
  const [request] = stage.peer.taken(BIDI.announce);
  const { version } = stage.peer;
  request?.write((w) => encodeAnnounceOk(w, { hop: 5n, activeCount: 0 }, version));
  const cost = { warm: 1, cold: Number.MAX_SAFE_INTEGER };
  request?.write((w) => encodeAnnouncement(w, { kind: "start", suffix: "far", hops: [7n], cost }, version));
  stage.settle();
  assert.equal(routes.log.at(-1), `start far 7,5 10/${Number.MAX_SAFE_INTEGER}`);
});

test("unnamed publishers get the session's stamp in front, and keep their 0", () => {
  const cases: [bigint, bigint[], string][] = [
    [0n, [], `${STAMP},0`],
    [15n, [0n, 55n], `${STAMP},0,55,15`],
    [15n, [0n], `${STAMP},0,15`],
    [0n, [7n], "7"],
    [0n, [0n, 0n], `${STAMP},0,0`],
  ];
  for (const [hop, hops, chain] of cases) {
    const asking = new Asking("moq-lite-06").begin(hop, 0).start("cam", hops);
    assert.equal(asking.log.at(-1)?.split(" ")[2], chain);
  }
});

test("moq-lite-06: whatever breaks the count of live routes ends the session with 3", () => {
  const cases: [string, (asking: Asking) => void][] = [
    ["START of a live suffix", (asking) => asking.start("cam").start("cam")],
    ["END of an id that never was", (asking) => asking.end(0)],
    ["END of a retired id", (asking) => asking.start("cam").end(0).end(0)],
    ["RESTART of an id that never was", (asking) => asking.start("cam").restart(1)],
    ["RESTART of a retired id", (asking) => asking.start("cam").end(0).restart(0)],
    ["a hop twice", (asking) => asking.raw(0, 7, 1, 0x61, 2, 7, 7, 0, 0)],
    ["33 hops", (asking) => asking.raw(0, 38, 1, 0x61, 33, ...Array.from({ length: 33 }, (_, i) => i + 1), 0, 0)],
    ["no cold cost", (asking) => asking.raw(0, 4, 1, 0x61, 0, 0)],
    ["a byte too many", (asking) => asking.raw(0, 6, 1, 0x61, 0, 0, 0, 0)],
  ];
  for (const [what, act] of cases) {
    const asking = new Asking("moq-lite-06").begin(5n, 0);
    act(asking);
    assert.equal(asking.peer.closeCode(), 3, what);
  }
});

test("moq-lite-06: an answer that is reset ends the session with 1, before that discovery only", () => {
  for (const version of ALL_VERSIONS) {
    const asking = new Asking(version).begin(5n, 0);
    asking.stage.settle();
    asking.request.abandon(0);
    asking.stage.settle();
    assert.equal(asking.peer.closeCode(), version === "moq-lite-06" ? 1 : undefined, version);
    if (version !== "moq-lite-06") assert.equal(asking.log.at(-1), "closed");
  }
});

test("moq-lite-06: unknown types are passed over and take no id", () => {
  const asking = new Asking("moq-lite-06").begin(5n, 1).raw(0x40, 0x77, 3, 1, 2, 3).start("cam").raw(9, 0).end(0);
  assert.deepEqual(asking.log, ["start cam 5 0/0", "complete", "end cam"]);
});

test("a chain in which the sender stands already is not usable, but takes its id and keeps its name", () => {
  const asking = new Asking("moq-lite-06").begin(5n, 2);
  asking.start("circle", [7n, 5n]).start("cam", [7n]).restart(0, [7n]).restart(0, [5n]).restart(1, [8n, 5n]);
  assert.deepEqual(asking.log, ["start cam 7,5 1/1", "complete", "start circle 7,5 1/1", "end circle", "end cam"]);
  asking.end(0).restart(1, [7n]).start("circle");
  assert.deepEqual(asking.log.slice(5), ["start cam 7,5 1/1", "start circle 5 0/0"]);
  asking.start("circle");
  assert.equal(asking.peer.closeCode(), 3);
});

test("an incarnation is believed between our own nodes", () => {
  const stage = new Stage("moq-lite-06", { hello: HELLO, raw: true });
  stage.peer.setup({ others: [helloParameter(HELLO)] });
  stage.settle();
  const routes = new RecordedRoutes();
  stage.session.listen("", routes);
  stage.settle();
  const [request] = stage.peer.taken(BIDI.announce);
  const { version } = stage.peer;
  const say = (one: Exclude<Announcement, { kind: "unknown" }>) =>
    request?.write((w) => encodeAnnouncement(w, one, version));
  request?.write((w) => encodeAnnounceOk(w, { hop: 5n, activeCount: 1 }, version));
  say({ kind: "incarnation", incarnation: 1_234 });
  say({ kind: "start", suffix: "cam", hops: [7n], cost: FREE });
  say({ kind: "start", suffix: "old", hops: [7n], cost: FREE });
  say({ kind: "incarnation", incarnation: 5_678 });
  say({ kind: "restart", id: 1, hops: [7n], cost: FREE });
  stage.settle();
  assert.deepEqual(routes.log, [
    "start cam 7,5 1/1 born 1234",
    "complete",
    "start old 7,5 1/1",
    "restart old 7,5 1/1 born 5678",
  ]);
});

test("an incarnation from anybody else is passed over", () => {
  for (const options of [{}, { hello: HELLO }] satisfies StageOptions[]) {
    const asking = new Asking("moq-lite-06", options).begin(5n, 1);
    asking.say({ kind: "incarnation", incarnation: Number.MAX_SAFE_INTEGER }).start("cam", [7n]);
    assert.deepEqual(asking.log, ["start cam 7,5 1/1", "complete"]);
  }
});

test("a root that still collects says so, and what it tells is complete but not settled", () => {
  const stage = new Stage("moq-lite-06", { hello: HELLO, raw: true });
  stage.peer.setup({ others: [helloParameter({ address: "root.test:4443", root: true, settling: 2_000 })] });
  stage.settle();
  const ask = (): RecordedRoutes => {
    const routes = new RecordedRoutes();
    stage.session.listen("", routes);
    stage.settle();
    stage.peer
      .taken(BIDI.announce)[0]
      ?.write((w) => encodeAnnounceOk(w, { hop: 5n, activeCount: 0 }, stage.peer.version));
    stage.settle();
    return routes;
  };
  assert.deepEqual(ask().log, ["complete, unsettled"]);
  stage.world.pass(2_000);
  assert.deepEqual(ask().log, ["complete"]);
});

test("the first answer may come in single bytes", () => {
  const asking = new Asking("moq-lite-06");
  for (const byte of [2, 5, 1, 0, 8, 3, 0x63, 0x61, 0x6d, 1, 7, 0, 0]) asking.raw(byte);
  assert.deepEqual(asking.log, ["start cam 7,5 1/1", "complete"]);
});

test("slashes at the ends and in a row do not make another name", () => {
  const asking = new Asking("moq-lite-06").begin(5n, 0).start("/a//b/").start("a/b");
  assert.equal(asking.peer.closeCode(), 3);
});
