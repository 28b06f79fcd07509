import assert from "node:assert/strict";
import { test } from "node:test";
import { HandmadePeer, type HeardBidi, RELAY, World } from "../../testing/index.ts";
import {
  BIDI,
  decodeAnnounceRequest,
  decodeClientSetup,
  decodeServerSetup,
  decodeSetup,
  encodeAnnounceRequest,
  encodeServerSetup,
  encodeSessionInfo,
  encodeStreamType,
  UNI,
  VERSIONS,
} from "../../wire/index.ts";
import {
  ALL_VERSIONS,
  Conversation,
  End,
  liteOptions,
  OWN_HOP,
  RecordedRoutes,
  STAMP,
  Stage,
} from "./session.fixture.ts";

/** A session of ours that dialled a server which is written by hand, and offers it the SETUP exchange. */
class Dialled {
  readonly world: World = new World();
  readonly end: End = new End();
  readonly peer: HandmadePeer;
  readonly exchange: HeardBidi;

  constructor() {
    let peer: HandmadePeer | undefined;
    this.world.listen((request) =>
      request.accept("", (connection) => {
        peer = new HandmadePeer(connection);
        return peer;
      }),
    );
    const { world } = this;
    this.world.network.dial(
      RELAY,
      { protocols: [] },
      {
        onConnection: (connection) => this.end.bind(connection, liteOptions(world)),
        onFailed: (reason) => assert.fail(reason),
      },
    );
    world.settle();
    this.peer = peer ?? assert.fail("nobody came");
    this.exchange = this.peer.taken(BIDI.clientSetup)[0] ?? assert.fail("no offer");
    const { versions } = decodeClientSetup(this.exchange.take((framer) => framer.message16())!);
    assert.deepEqual(versions, [VERSIONS["moq-lite-02"].code, VERSIONS["moq-lite-01"].code]);
  }

  answer(version: number): void {
    this.exchange.write((writer) => {
      encodeStreamType(writer, BIDI.serverSetup);
      encodeServerSetup(writer, { version });
    });
    this.world.settle();
  }
}

const WITH_SETUP = ["moq-lite-05", "moq-lite-06"] as const;
const WITHOUT_HANDSHAKE = ["moq-lite-03", "moq-lite-04"] as const;

for (const version of WITHOUT_HANDSHAKE) {
  test(`${version}: a session is ready as soon as its connection stands`, () => {
    const { handler, session, peer } = new Stage(version, { raw: true });
    assert.equal(handler.ready, 1);
    assert.equal(session.version, version);
    assert.equal(session.peerHop, STAMP);
    assert.equal(peer.unis.length, 0);
  });
}

for (const version of WITH_SETUP) {
  test(`${version}: our Setup goes out at once and names our hop`, () => {
    const { peer, handler } = new Stage(version, { raw: true });
    assert.equal(handler.ready, 0);
    const [setup] = peer.unis;
    assert.equal(
      setup?.take((framer) => framer.type()),
      UNI.setup,
    );
    const body = setup?.take((framer) => framer.message());
    assert.equal(decodeSetup(body!, VERSIONS[version]).hop, OWN_HOP);
    assert.equal(setup?.fin, true);
  });

  test(`${version}: the peer's Setup tells hop, role and cost`, () => {
    const stage = new Stage(version, { raw: true });
    stage.peer.setup({ hop: 42n, role: "subscriber", cost: 7 });
    stage.settle();
    assert.equal(stage.handler.ready, 1);
    const { session } = stage;
    assert.deepEqual([session.peerHop, session.role, session.linkCost], [42n, "subscriber", 7]);
  });

  test(`${version}: a peer that names no hop gets one of ours for this session`, () => {
    const stage = new Stage(version, { linkCost: 3 });
    const { session } = stage;
    assert.deepEqual([session.peerHop, session.role, session.linkCost], [STAMP, "both", 3]);
  });

  test(`${version}: what arrives before the peer's Setup is answered after it`, () => {
    const stage = new Stage(version, { raw: true });
    const early = stage.peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix: "room", excludeHop: 0n }, VERSIONS[version]);
    });
    const bad = stage.peer.bidi(Uint8Array.of(0x3f));
    stage.settle();
    assert.equal(stage.handler.listens.length, 0);
    assert.deepEqual([early.reset, bad.reset], [undefined, undefined]);
    stage.peer.setup();
    stage.settle();
    assert.deepEqual(
      stage.handler.listens.map(({ prefix }) => prefix),
      ["room"],
    );
    assert.deepEqual([bad.reset, bad.stopped], [1, 0]);
    stage.handler.listens[0]?.answer.begin([]);
    stage.settle();
    assert.ok(early.length > 0);
  });

  test(`${version}: an early stream that its opener has given up is forgotten`, () => {
    const stage = new Stage(version, { raw: true });
    const reset = stage.peer.bidi(Uint8Array.of(BIDI.announce));
    const stopped = stage.peer.bidi(Uint8Array.of(BIDI.announce, 1, 0));
    stage.settle();
    reset.abandon(0);
    stopped.stop(0);
    stage.settle();
    stage.peer.setup();
    stage.settle();
    assert.equal(stage.handler.listens.length, 0);
    assert.equal(stage.handler.closed, undefined);
  });

  test(`${version}: a group before the handshake is stopped, the session goes on`, () => {
    const stage = new Stage(version, { raw: true });
    const group = stage.peer.group(0, 0);
    stage.settle();
    assert.equal(group.stopped, 0);
    stage.peer.setup();
    stage.settle();
    assert.equal(stage.handler.ready, 1);
  });

  test(`${version}: a second Setup ends the session with 3`, () => {
    const stage = new Stage(version);
    stage.peer.setup();
    stage.settle();
    assert.equal(stage.peer.closeCode(), 3);
    assert.equal(stage.handler.closed?.by, "local");
  });

  const broken: [string, number[]][] = [
    ["a repeated parameter", [1, 7, 2, 4, 1, 1, 4, 1, 2]],
    ["bytes behind the last parameter", [1, 2, 0, 0]],
    ["a parameter that ends in mid-integer", [1, 4, 1, 4, 1, 0x40]],
    ["a length that the body does not have", [1, 3, 1, 1, 5]],
    ["more parameters than allowed", [1, 2, 0x40, 0x41]],
    ["a path that is not UTF-8", [1, 4, 1, 2, 1, 0xff]],
    ["a message above the cap", [1, 0x80, 0x01, 0x00, 0x01]],
  ];
  for (const [what, bytes] of broken) {
    test(`${version}: a Setup with ${what} ends the session with 3`, () => {
      const stage = new Stage(version, { raw: true });
      stage.peer.uni(Uint8Array.from(bytes));
      stage.settle();
      assert.equal(stage.peer.closeCode(), 3);
      assert.equal(stage.handler.ready, 0);
    });
  }

  test(`${version}: a Setup stream that ends or breaks off early ends the session with 3`, () => {
    for (const end of ["finish", "reset"] as const) {
      const stage = new Stage(version, { raw: true });
      const said = stage.peer.uni(Uint8Array.of(1, 4, 1));
      stage.settle();
      if (end === "finish") said.finish();
      else said.reset(0);
      stage.settle();
      assert.equal(stage.peer.closeCode(), 3, end);
    }
  });

  test(`${version}: unknown parameters, in any order, are passed over`, () => {
    const stage = new Stage(version, { raw: true });
    const strange = { id: 4711, value: Uint8Array.of(1, 2, 3) };
    stage.peer.setup({ hop: 42n, others: [strange, { id: 0, value: new Uint8Array(0) }] });
    stage.settle();
    assert.equal(stage.session.peerHop, 42n);
    assert.equal(stage.session.peerNode, undefined);
  });
}

for (const version of ALL_VERSIONS.filter((name) => VERSIONS[name].setup !== "none")) {
  test(`${version}: without a word from the client the session ends with 0x11 after ten seconds`, () => {
    const stage = new Stage(version, { raw: true });
    stage.world.pass(9_990);
    assert.equal(stage.peer.closeCode(), undefined);
    stage.world.pass(20);
    assert.equal(stage.peer.closeCode(), 0x11);
  });

  test(`${version}: once the handshake is over its deadline is too`, () => {
    const stage = new Stage(version);
    stage.world.pass(60_000);
    assert.equal(stage.peer.closeCode(), undefined);
    assert.equal(stage.handler.ready, 1);
  });
}

for (const [name, offers] of [
  ["moql", ["moql"]],
  ["no protocol at all", []],
] as const) {
  test(`the SETUP exchange over ${name} picks moq-lite-02`, () => {
    const stage = new Stage("moq-lite-02", { offers, raw: true });
    const exchange = stage.peer.offer(["moq-lite-01", "moq-lite-02"]);
    stage.settle();
    assert.equal(
      exchange.take((framer) => framer.type()),
      BIDI.serverSetup,
    );
    const answer = decodeServerSetup(exchange.take((framer) => framer.message16())!);
    assert.equal(answer.version, VERSIONS["moq-lite-02"].code);
    assert.deepEqual([stage.session.version, exchange.fin], ["moq-lite-02", false]);
  });
}

test("the SETUP exchange falls back to 01, whoever offers what besides", () => {
  for (const offers of [["moql"], []]) {
    const stage = new Stage("moq-lite-01", { offers, raw: true });
    stage.peer.offer(["moq-lite-06", "moq-lite-01"]);
    stage.settle();
    assert.equal(stage.session.version, "moq-lite-01");
    assert.equal(stage.handler.ready, 1);
  }
});

test("the SETUP exchange agrees on versions that are served only", () => {
  for (const [versions, picked, closed] of [
    [["moq-lite-06", "moq-lite-01"], "moq-lite-01", undefined],
    [["moq-lite-06"], "", 0x15],
  ] as const) {
    const stage = new Stage("moq-lite-01", { offers: [], raw: true, versions });
    stage.peer.offer(["moq-lite-02", "moq-lite-01"]);
    stage.settle();
    assert.deepEqual([stage.session.version, stage.peer.closeCode()], [picked, closed]);
  }
});

test("the SETUP exchange of two of ours agrees on moq-lite-02, over moql and over nothing", () => {
  for (const offers of [["moql"], []]) {
    const { client, server } = new Conversation("moq-lite-02", { offers });
    for (const { session, handler } of [client, server]) {
      assert.equal(session.version, "moq-lite-02");
      assert.equal(handler.ready, 1);
    }
  }
});

for (const version of ["moq-lite-01", "moq-lite-02"] as const) {
  test(`${version}: where we dialled we take what the server picks, and then ask as in that version`, () => {
    const dialled = new Dialled();
    dialled.answer(VERSIONS[version].code);
    assert.deepEqual([dialled.end.session.version, dialled.end.handler.ready], [version, 1]);
    dialled.end.session.listen("room", new RecordedRoutes());
    dialled.world.settle();
    const request = dialled.peer.taken(BIDI.announce)[0]?.take((framer) => framer.message());
    assert.equal(decodeAnnounceRequest(request!, VERSIONS[version]).prefix, "room");
  });

  test(`${version}: the peer's SESSION_INFO is what it says of the way to us, as often as it likes`, () => {
    const stage = new Stage(version, { raw: true });
    const exchange = stage.peer.offer([version]);
    stage.settle();
    assert.equal(stage.session.estimate, undefined);
    exchange.write((writer) => {
      for (const bitrate of [3_500_000, 0]) encodeSessionInfo(writer, { bitrate }, VERSIONS[version]);
    });
    stage.settle();
    assert.deepEqual(stage.handler.estimates, [
      { bitrate: 3_500_000, rtt: 0 },
      { bitrate: 0, rtt: 0 },
    ]);
    assert.deepEqual(stage.session.estimate, { bitrate: 0, rtt: 0 });
  });
}

test("where we dialled, a server that picks what was not offered, or says nonsense, is left", () => {
  for (const [code, closed] of [
    [VERSIONS["moq-lite-03"].code, 0x15],
    [0xff00000e, 0x15],
  ] as const) {
    const dialled = new Dialled();
    dialled.answer(code);
    assert.equal(dialled.peer.closeCode(), closed);
    assert.equal(dialled.end.handler.ready, 0);
  }
  const dialled = new Dialled();
  dialled.exchange.write(Uint8Array.of(0x20, 0, 0));
  dialled.world.settle();
  assert.equal(dialled.peer.closeCode(), 3);
});

test("where we dialled, what the server opens before its answer is answered after it", () => {
  const dialled = new Dialled();
  const early = dialled.peer.bidi(Uint8Array.of(BIDI.announce, 1, 0));
  dialled.world.settle();
  assert.equal(dialled.end.handler.listens.length, 0);
  dialled.answer(VERSIONS["moq-lite-02"].code);
  assert.equal(dialled.end.handler.listens.length, 1);
  assert.equal(early.reset, undefined);
});

test("the SETUP exchange without a version in common ends the session with 0x15", () => {
  const stage = new Stage("moq-lite-02", { raw: true });
  stage.peer.offer(["moq-lite-06"]);
  stage.settle();
  assert.equal(stage.peer.closeCode(), 0x15);
});

test("the SETUP exchange arrives in single bytes", () => {
  const stage = new Stage("moq-lite-02", { raw: true });
  const code = [0xc0, 0, 0, 0, 0xff, 0x0d, 0xad, 0x02];
  const exchange = stage.peer.bidi();
  for (const byte of [0x20, 0, 10, 1, ...code, 0]) {
    exchange.write(Uint8Array.of(byte));
    stage.settle();
  }
  assert.equal(stage.session.version, "moq-lite-02");
});

test("bad input in the SETUP exchange ends the session with 3", () => {
  const cases = [
    [0x02, 0, 0],
    [0x20, 0, 1, 0x40],
    [0x20, 0, 2, 0x40, 0x41],
    [0x20, 0, 3, 0, 0, 0],
  ];
  for (const bytes of cases) {
    const stage = new Stage("moq-lite-02", { raw: true });
    stage.peer.bidi(Uint8Array.from(bytes));
    stage.settle();
    assert.equal(stage.peer.closeCode(), 3, bytes.join(" "));
  }
});

test("what the client says on the SETUP stream afterwards is passed over, its end is the session's", () => {
  const stage = new Stage("moq-lite-02", { raw: true });
  const exchange = stage.peer.offer(["moq-lite-02"]);
  stage.settle();
  exchange.write(new Uint8Array(100_000));
  stage.settle();
  assert.equal(stage.peer.closeCode(), undefined);
  exchange.finish();
  stage.settle();
  assert.equal(stage.peer.closeCode(), 0);
});

test("streams beside the SETUP exchange are answered after it", () => {
  const stage = new Stage("moq-lite-02", { raw: true });
  const exchange = stage.peer.bidi(Uint8Array.of(0x20));
  const early = stage.peer.bidi(Uint8Array.of(BIDI.announce, 1, 0));
  stage.settle();
  assert.equal(stage.handler.listens.length, 0);
  exchange.write(Uint8Array.of(0, 10, 1, 0xc0, 0, 0, 0, 0xff, 0x0d, 0xad, 0x02, 0));
  stage.settle();
  assert.equal(stage.handler.listens.length, 1);
  assert.equal(early.reset, undefined);
});

test("nodes of our kind know each other by their Setup, others do not see it", () => {
  const hello = { address: "node-2.test:4443", root: false, settling: 0 };
  const stage = new Stage("moq-lite-06", { hello, raw: true });
  const body = stage.peer.unis[0]?.take((framer) => framer.type() !== undefined && framer.message());
  const { others } = decodeSetup(body || assert.fail(), VERSIONS["moq-lite-06"]);
  assert.equal(others.length, 1);
  stage.peer.setup({ others });
  stage.settle();
  assert.deepEqual(stage.session.peerNode, { ...hello, namesPublishers: true });
  assert.equal(stage.session.amongOurs, true);
});

test("a node that says nothing of itself is no node, whatever the peer says", () => {
  const hello = { address: "", root: true, settling: 1_500 };
  const said = new Stage("moq-lite-06", { hello, raw: true });
  const body = said.peer.unis[0]?.take((framer) => framer.type() !== undefined && framer.message());
  const { others } = decodeSetup(body || assert.fail(), VERSIONS["moq-lite-06"]);
  const stage = new Stage("moq-lite-06", { raw: true });
  stage.peer.setup({ others });
  stage.settle();
  assert.deepEqual(stage.session.peerNode, { ...hello, namesPublishers: true });
  assert.equal(stage.session.amongOurs, false);
  assert.equal(stage.session.peerSettled, false);
  stage.world.pass(1_500);
  assert.equal(stage.session.peerSettled, true);
});

test("a hello that makes no sense is none", () => {
  const stage = new Stage("moq-lite-06", { raw: true });
  stage.peer.setup({ others: [{ id: 0x4d52_4c59, value: Uint8Array.of(0x40) }] });
  stage.settle();
  assert.equal(stage.handler.ready, 1);
  assert.equal(stage.session.peerNode, undefined);
});
