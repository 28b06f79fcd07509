import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, type HeardBidi } from "../../testing/index.ts";
import { BIDI, encodeStreamType, encodeSubscribeUpdate, UNI, VERSIONS, type VersionName } from "../../wire/index.ts";
import type { SubscribeRequest } from "../session.ts";
import { ALL_VERSIONS, RecordedInfo, RecordedRoutes, RecordedUpstream, Stage } from "./session.fixture.ts";

const CONTROL_TIMEOUT = 0x31;
const LIMITS = { messageTimeout: 2_000, handshakeTimeout: 5_000 };
const TRACK = { broadcast: "room/cam", track: "video" };
const REQUEST: SubscribeRequest = {
  ...TRACK,
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
};

function stageOf(version: VersionName): Stage {
  return new Stage(version, { limits: LIMITS });
}

for (const version of ALL_VERSIONS) {
  test(`${version}: a request that begins and does not end is reset with 0x31, the session lives`, () => {
    const stage = stageOf(version);
    const cut: [string, number[]][] = [
      ["half a type", [0x40]],
      ["a type only", [BIDI.announce]],
      ["half a message", [BIDI.announce, 9, 1]],
      ["half a subscription", [BIDI.subscribe, 20, 0, 8]],
    ];
    const streams = cut.map(([, bytes]) => stage.peer.bidi(Uint8Array.from(bytes)));
    stage.world.pass(1_900);
    assert.deepEqual(
      streams.map(({ reset }) => reset),
      streams.map(() => undefined),
    );
    stage.world.pass(200);
    for (const [i, [what]] of cut.entries()) {
      assert.deepEqual([streams[i]?.reset, streams[i]?.stopped], [CONTROL_TIMEOUT, 0], what);
    }
    assert.equal(stage.peer.closeCode(), undefined);
    const { listens, subscriptions } = stage.session.requests;
    assert.deepEqual([listens.size, subscriptions.size, stage.session.deadlines.size], [0, 0, 0]);
  });

  test(`${version}: a byte now and then does not buy time`, () => {
    const stage = stageOf(version);
    const stream = stage.peer.bidi(Uint8Array.of(BIDI.subscribe, 30));
    for (let i = 0; i < 20; i++) {
      stage.world.pass(100);
      stream.write(Uint8Array.of(0));
    }
    stage.world.pass(100);
    assert.equal(stream.reset, CONTROL_TIMEOUT);
  });

  test(`${version}: a one-way stream without a whole header is stopped with 0x31, the session lives`, () => {
    const stage = stageOf(version);
    const said = [[0x40], [UNI.group], [UNI.group, 3, 0]].map((bytes) => stage.peer.uni(Uint8Array.from(bytes)));
    stage.world.pass(2_100);
    assert.deepEqual(
      said.map(({ stopped }) => stopped),
      [CONTROL_TIMEOUT, CONTROL_TIMEOUT, CONTROL_TIMEOUT],
    );
    assert.equal(stage.peer.closeCode(), undefined);
  });

  test(`${version}: whole requests, groups and silence may last as long as they like`, () => {
    const stage = stageOf(version);
    const events = new RecordedUpstream();
    stage.session.subscribe(REQUEST, events);
    stage.session.listen("", new RecordedRoutes());
    const stream = stage.peer.subscribe({ id: 1, ...TRACK });
    const group = stage.peer.group(0, 0);
    stage.world.pass(60_000);
    group.write(Uint8Array.of(1));
    stage.settle();
    assert.deepEqual(
      [stream.reset, group.stopped, events.log, events.groups[0]?.bytes],
      [undefined, undefined, [], [1]],
    );
    assert.equal(stage.peer.closeCode(), undefined);
  });

  test(`${version}: announcements of which one does not end end the session with 0x11`, () => {
    const stage = stageOf(version);
    stage.session.listen("", new RecordedRoutes());
    stage.settle();
    stage.peer.taken(BIDI.announce)[0]?.write(Uint8Array.of(0x40));
    stage.world.pass(1_900);
    assert.equal(stage.peer.closeCode(), undefined);
    stage.world.pass(200);
    assert.equal(stage.peer.closeCode(), 0x11);
  });

  test(`${version}: a reply that does not end fails the subscription with 0x31`, () => {
    const { stage, stream, events } = subscribed(version);
    stream.write(Uint8Array.of(0x40));
    stage.world.pass(2_100);
    assert.deepEqual([events.log, stream.fin, stream.stopped], [[`error ${CONTROL_TIMEOUT}`], true, 0]);
    assert.equal(stage.peer.closeCode(), undefined);
  });

  test(`${version}: a session that ends leaves no deadline behind`, () => {
    const stage = stageOf(version);
    stage.peer.bidi(Uint8Array.of(BIDI.subscribe, 30));
    stage.settle();
    stage.peer.connection.close(0, "");
    stage.settle();
    assert.equal(stage.session.deadlines.size, 0);
    stage.world.pass(60_000);
    assert.equal(stage.world.time.pending, 0);
  });
}

for (const version of ALL_VERSIONS.filter((name) => VERSIONS[name].subscribeUpdate)) {
  test(`${version}: an update that does not end ends its subscription, one that ends in time makes room for the next`, () => {
    const stage = stageOf(version);
    const stream = stage.peer.subscribe({ id: 1, ...TRACK });
    stage.settle();
    const [asked] = stage.handler.subscriptions;
    const update = updateOf(version);
    stream.write(update.subarray(0, 3));
    stage.world.pass(1_500);
    stream.write(update.subarray(3));
    stream.write(update.subarray(0, 3));
    stage.world.pass(1_500);
    assert.deepEqual([asked?.updates.length, stream.reset], [1, undefined]);
    stage.world.pass(600);
    assert.deepEqual([stream.reset, asked?.cancelled, stage.peer.closeCode()], [CONTROL_TIMEOUT, true, undefined]);
  });
}

for (const version of ALL_VERSIONS.filter((name) => VERSIONS[name].trackInfo)) {
  test(`${version}: a TRACK_INFO that does not end is an error`, () => {
    const stage = stageOf(version);
    const info = new RecordedInfo();
    stage.session.trackInfo("room/cam", "video", info);
    stage.settle();
    stage.world.pass(60_000);
    assert.deepEqual(info.log, [], "to think about it is no offence");
    stage.peer.taken(BIDI.track)[0]?.write(Uint8Array.of(9, 7));
    stage.world.pass(2_100);
    assert.deepEqual(info.log, [CONTROL_TIMEOUT]);
  });

  test(`${version}: a Setup that does not end ends the session with 0x11`, () => {
    for (const raw of [true, false]) {
      const stage = new Stage(version, { limits: LIMITS, raw });
      const said = stage.peer.uni(Uint8Array.of(UNI.setup, 4));
      stage.world.pass(2_100);
      assert.equal(stage.peer.closeCode(), 0x11, raw ? "the first" : "another");
      assert.equal(said.delivered, false);
    }
  });

  test(`${version}: what came before the handshake has its time after it`, () => {
    const stage = new Stage(version, { limits: LIMITS, raw: true });
    const stream = stage.peer.bidi(Uint8Array.of(BIDI.subscribe, 30));
    stage.world.pass(4_000);
    stage.peer.setup();
    stage.world.pass(1_900);
    assert.equal(stream.reset, undefined);
    stage.world.pass(200);
    assert.equal(stream.reset, CONTROL_TIMEOUT);
  });
}

test("a probe needs no message, and a report that does not end costs its stream", () => {
  const stage = new Stage("moq-lite-06", { limits: LIMITS, raw: true, probe: { ask: true } });
  stage.peer.setup({ probe: "report" });
  stage.settle();
  const [ours] = stage.peer.taken(BIDI.probe);
  const theirs = stage.peer.bidi((writer) => encodeStreamType(writer, BIDI.probe));
  ours?.write(Uint8Array.of(2, 0));
  stage.world.pass(10_000);
  assert.deepEqual([ours?.stopped, ours?.fin, theirs.reset], [CONTROL_TIMEOUT, true, undefined]);
  theirs.write(Uint8Array.of(2, 0));
  stage.world.pass(2_100);
  assert.deepEqual([theirs.reset, stage.peer.closeCode()], [CONTROL_TIMEOUT, undefined]);
});

function subscribed(version: VersionName): { stage: Stage; stream: HeardBidi; events: RecordedUpstream } {
  const stage = stageOf(version);
  const events = new RecordedUpstream();
  stage.session.subscribe(REQUEST, events);
  stage.settle();
  return { stage, events, stream: stage.peer.taken(BIDI.subscribe)[0] ?? assert.fail("no subscription") };
}

function updateOf(version: VersionName): Uint8Array {
  const terms = {
    priority: 1,
    ordered: false,
    maxAge: 0,
    startGroup: 0,
    endGroup: 9,
    startFrame: 0,
    endFrame: undefined,
  };
  return bytesOf((writer) => encodeSubscribeUpdate(writer, terms, VERSIONS[version]));
}
