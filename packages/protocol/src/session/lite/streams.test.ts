import assert from "node:assert/strict";
import { test } from "node:test";
import { BIDI, decodeGoaway, encodeGoaway, encodeStreamType, VERSIONS, type VersionName } from "../../wire/index.ts";
import type { SubscribeRequest } from "../session.ts";
import { ALL_VERSIONS, RecordedFetch, RecordedInfo, RecordedUpstream, Stage } from "./session.fixture.ts";

const REQUEST: SubscribeRequest = {
  broadcast: "room/cam",
  track: "video",
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
};

/** The session still answers. */
function alive(stage: Stage): void {
  const before = stage.handler.listens.length;
  const listen = stage.peer.bidi((writer) => encodeStreamType(writer, BIDI.announce), Uint8Array.of(1, 0));
  if (stage.peer.version.excludeHop) listen.write(Uint8Array.of(0));
  stage.settle();
  const more = stage.peer.version.excludeHop ? 0 : 1;
  assert.equal(stage.peer.closeCode(), undefined);
  assert.ok(stage.handler.listens.length >= before + more);
}

function goaway(stage: Stage, uri: string) {
  return stage.peer.bidi((writer) => {
    encodeStreamType(writer, BIDI.goaway);
    encodeGoaway(writer, { uri }, stage.peer.version);
  });
}

/** Two-way streams that a version does not have, or that this relay does not serve. */
const UNSERVED: Record<string, number[]> = {
  "moq-lite-01": [0, 3, 4, 5, 6, 7, 0x21, 0x3f],
  "moq-lite-02": [0, 3, 4, 5, 6, 7, 0x21, 0x3f],
  "moq-lite-03": [0, 3, 5, 6, 7, 0x20, 0x3f],
  "moq-lite-04": [0, 3, 4, 6, 7, 0x20, 0x3f],
  "moq-lite-05": [0, 3, 4, 7, 0x20, 0x3f],
  "moq-lite-06": [0, 3, 4, 7, 0x20, 0x3f],
};

for (const version of ALL_VERSIONS) {
  test(`${version}: a two-way stream of an unknown type is reset with 1 and stopped with 0, the session lives`, () => {
    const stage = new Stage(version);
    for (const type of UNSERVED[version]!) {
      const stream = stage.peer.bidi(Uint8Array.of(type, 1, 2, 3));
      stage.settle();
      assert.deepEqual([stream.reset, stream.stopped], [1, 0], `type ${type}`);
    }
    const large = stage.peer.bidi(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255));
    stage.settle();
    assert.deepEqual([large.reset, large.stopped], [1, 0]);
    alive(stage);
  });

  test(`${version}: a one-way stream of an unknown type is stopped with 0, the session lives`, () => {
    const stage = new Stage(version);
    const types = VERSIONS[version].setup === "stream" ? [2, 3, 0x3f] : [1, 2, 3, 0x3f];
    for (const type of types) {
      const stream = stage.peer.uni(Uint8Array.of(type, 1, 2, 3));
      stage.settle();
      stream.write(new Uint8Array(1_000));
      stage.settle();
      assert.equal(stream.stopped, 0, `type ${type}`);
    }
    const cut = stage.peer.uni(Uint8Array.of(0x40)).finish();
    const broken = stage.peer.uni(Uint8Array.of(0x40));
    stage.settle();
    broken.reset(7);
    stage.settle();
    assert.equal(cut.stopped, undefined);
    alive(stage);
  });

  test(`${version}: a type that arrives in pieces is a type`, () => {
    const stage = new Stage(version);
    const stream = stage.peer.bidi(Uint8Array.of(0xc0, 0, 0));
    stage.settle();
    assert.equal(stream.reset, undefined);
    stream.write(Uint8Array.of(0, 0, 0, 0, 0x77));
    stage.settle();
    assert.deepEqual([stream.reset, stream.stopped], [1, 0]);
  });

  test(`${version}: datagrams and streams without a byte change nothing`, () => {
    const stage = new Stage(version);
    stage.peer.connection.sendDatagram(Uint8Array.of(1, 2, 3));
    const silent = [stage.peer.bidi(), stage.peer.bidi().finish()];
    stage.peer.uni().finish();
    stage.settle();
    silent[0]?.abandon(0);
    stage.settle();
    assert.deepEqual(
      silent.map(({ reset }) => reset),
      [1, 1],
    );
    alive(stage);
  });

  test(`${version}: thousands of streams that are opened and given up leave nothing behind`, () => {
    const stage = new Stage(version);
    for (let i = 0; i < 3_000; i++) {
      stage.peer.bidi(Uint8Array.of(BIDI.subscribe, 0x3f, i & 0xff)).abandon(0);
      stage.peer.uni(Uint8Array.of(0, 3)).reset(0);
      if (i % 500 === 0) stage.settle();
    }
    stage.settle();
    const { listens, subscriptions, questions } = stage.session.requests;
    assert.deepEqual([listens.size, subscriptions.size, questions.size], [0, 0, 0]);
    assert.equal(stage.session.deadlines.size, 0);
    alive(stage);
  });
}

const WITH_GOAWAY: readonly VersionName[] = ["moq-lite-04", "moq-lite-05", "moq-lite-06"];

for (const version of WITH_GOAWAY) {
  test(`${version}: a GOAWAY makes the peer one that gets no new requests`, () => {
    const stage = new Stage(version);
    assert.equal(stage.session.draining, false);
    const stream = goaway(stage, "https://b.test/");
    stage.settle();
    assert.deepEqual([stage.session.draining, stage.handler.goaways], [true, ["https://b.test/"]]);
    stream.finish();
    stage.settle();
    assert.equal(stream.fin, true);
    alive(stage);
  });

  test(`${version}: a second GOAWAY ends the session with 3`, () => {
    const stage = new Stage(version);
    goaway(stage, "");
    goaway(stage, "");
    stage.settle();
    assert.equal(stage.peer.closeCode(), 3);
    assert.equal(stage.handler.goaways.length, 1);
  });

  test(`${version}: a GOAWAY that cannot be read costs its stream only`, () => {
    const stage = new Stage(version);
    for (const bytes of [
      [5, 1, 4],
      [5, 0],
      [5, 0x80, 1, 0, 1],
      [5, 2, 1, 0xff],
    ]) {
      const stream = stage.peer.bidi(Uint8Array.from(bytes));
      stage.settle();
      assert.deepEqual([stream.reset, stream.stopped], [1, 0], `${bytes}`);
    }
    assert.equal(stage.session.draining, false);
    alive(stage);
  });

  test(`${version}: we say GOAWAY on a stream of our own`, () => {
    const stage = new Stage(version);
    stage.session.goaway("https://b.test/");
    stage.settle();
    const [stream] = stage.peer.taken(BIDI.goaway);
    assert.equal(decodeGoaway(stream!.take((framer) => framer.message())!, VERSIONS[version]).uri, "https://b.test/");
    assert.equal(stream!.fin, true);
  });
}

for (const version of WITH_GOAWAY) {
  test(`${version}: GOAWAY is said once, and the peer's requests are served as before`, () => {
    const stage = new Stage(version);
    assert.deepEqual([stage.session.goaway(), stage.session.goaway("https://b.test/")], [true, false]);
    const late = stage.peer.subscribe({ id: 1, broadcast: "room/cam", track: "video" });
    stage.settle();
    assert.equal(stage.peer.taken(BIDI.goaway).length, 1);
    assert.deepEqual([late.reset, stage.handler.subscriptions.length], [undefined, 1]);
  });

  test(`${version}: a place that does not fit into a GOAWAY is none`, () => {
    for (const [uri, said] of [
      ["h".repeat(8_192), "h".repeat(8_192)],
      ["ä".repeat(4_097), ""],
    ] as const) {
      const stage = new Stage(version);
      stage.session.goaway(uri);
      stage.settle();
      const body = stage.peer.taken(BIDI.goaway)[0]?.take((framer) => framer.message());
      assert.equal(decodeGoaway(body!, VERSIONS[version]).uri, said);
    }
  });

  test(`${version}: a peer that said GOAWAY is not asked any more: 4, on a later turn; what runs goes on`, () => {
    const stage = new Stage(version);
    const running = new RecordedUpstream();
    stage.session.subscribe(REQUEST, running);
    stage.settle();
    goaway(stage, "");
    stage.settle();
    stage.peer.taken(BIDI.subscribe);
    const [late, cancelled, info, fetched] = [
      new RecordedUpstream(),
      new RecordedUpstream(),
      new RecordedInfo(),
      new RecordedFetch(),
    ];
    stage.session.subscribe(REQUEST, late).update(REQUEST);
    stage.session.subscribe(REQUEST, cancelled).cancel();
    stage.session.fetch({ ...REQUEST, group: 1 }, fetched);
    if (VERSIONS[version].trackInfo) stage.session.trackInfo("room/cam", "video", info);
    assert.deepEqual([late.log, info.log, fetched.end], [[], [], "open"]);
    stage.settle();
    assert.deepEqual([late.log, cancelled.log, fetched.end], [["error 4"], [], 4]);
    if (VERSIONS[version].trackInfo) assert.deepEqual(info.log, [4]);
    for (const type of [BIDI.subscribe, BIDI.track, BIDI.fetch]) assert.equal(stage.peer.taken(type).length, 0);
    stage.peer.group(0, 7, [{ payload: "on" }]).finish();
    stage.settle();
    assert.deepEqual([running.log, running.groups[0]?.end], [[], "fin"]);
  });
}

test("a GOAWAY before the session is ready, or where the version has none, is not said", () => {
  for (const stage of [new Stage("moq-lite-06", { raw: true }), new Stage("moq-lite-03"), new Stage("moq-lite-02")]) {
    assert.equal(stage.session.goaway(""), false);
    stage.settle();
    assert.equal(stage.peer.taken(BIDI.goaway).length, 0);
  }
});

test("a session that was closed says so once, and takes no more requests", () => {
  const stage = new Stage("moq-lite-06");
  stage.session.close(4, "enough");
  stage.session.close(5, "again");
  stage.settle();
  assert.deepEqual([stage.peer.closeCode(), stage.handler.closed], [4, { code: 4, reason: "enough", by: "local" }]);
  stage.session.goaway("");
  stage.session.close(6, "and again");
});
