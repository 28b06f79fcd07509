import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, TestRelay } from "../core.fixture.ts";
import { SCOUT_PATIENCE } from "./scout.ts";

test("a track that runs for hours holds no more than its age", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: { maxAge: 2_000 } });
  const reading = relay.viewer().subscribe();
  const held: number[] = [];
  for (let sequence = 0; sequence < 1_000; sequence++) {
    publisher.whole(sequence, framesOf(0, 1));
    relay.pass(500);
    held.push(relay.cache.bytes);
  }
  assert.equal(Math.max(...held.slice(10)), Math.min(...held.slice(10)));
  assert.ok((held.at(-1) ?? 0) < 10_000);
  assert.equal(reading.groups.length, 1_000);
});

test("a track that the publisher does not know leaves no subscription behind", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: false });
  const reading = relay.viewer().subscribe();
  publisher.questions[0]?.abandon(0x33);
  relay.settle();
  assert.equal(reading.stream.reset, 0x33);
  assert.deepEqual(publisher.live, []);
});

test("when the last reader leaves, the subscription upstream ends at once", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = relay.audience(3);
  publisher.whole(0);
  const open = publisher.group(1, framesOf(1, 1));
  readings[0]?.leave();
  readings[1]?.leave();
  assert.equal(publisher.live.length, 1);
  readings[2]?.leave();
  assert.equal(publisher.live.length, 0);
  assert.equal(open.stopped, 1);
  assert.ok(
    readings.every(({ groups }) => groups[1]?.end === 1),
    "open groups are broken off with 1",
  );
  assert.ok(readings.every(({ stream }) => stream.fin));
});

test("after a pause groups may count from 0 again", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const first = relay.viewer().subscribe();
  for (const sequence of [0, 1, 2, 3]) publisher.whole(sequence);
  first.leave();
  const second = relay.viewer().subscribe();
  assert.deepEqual([publisher.wanted.length, second.groups], [2, []]);
  publisher.whole(0, framesOf(100, 1));
  publisher.whole(1, framesOf(101, 1));
  assert.deepEqual(second.seen, ["0: g100f0 fin", "1: g101f0 fin"]);
});

test("everything is given back when the last reader has left", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  for (let round = 0; round < 20; round++) {
    const readings = relay.audience(3, round % 2 === 0 ? "moq-lite-06" : "moq-lite-03");
    for (let sequence = 0; sequence < 10; sequence++) publisher.whole(sequence);
    for (const reading of readings) reading.viewer.peer.connection.close(0, "");
    relay.pass(SCOUT_PATIENCE);
    assert.equal(relay.cache.bytes, 0);
    assert.equal(publisher.live.length, 0);
  }
  relay.pass(31_000);
  assert.deepEqual([...relay.hub.broadcasts], []);
  assert.equal(relay.core.table.watchers, 0);
});

test("nothing is kept of an idle broadcast whose publisher is gone", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  reading.leave();
  publisher.leave();
  relay.pass(300);
  assert.deepEqual([[...relay.hub.broadcasts].length, relay.core.table.watchers, relay.cache.bytes], [0, 0, 0]);
});

test("tracks that end and begin again leak nothing", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const viewer = relay.viewer();
  for (let round = 0; round < 50; round++) {
    viewer.subscribe();
    publisher.whole(0);
    publisher.end(1);
  }
  relay.pass(1_000);
  assert.equal(relay.cache.bytes, 0);
});

test("one track too many of a broadcast is refused with 0x30", () => {
  const relay = new TestRelay({ hub: { maxTracks: 3 } });
  relay.publisher();
  const viewer = relay.viewer();
  const readings = ["a", "b", "c", "d"].map((track) => viewer.subscribe("cam", track));
  assert.deepEqual(
    readings.map(({ stream }) => stream.reset),
    [undefined, undefined, undefined, 0x30],
  );
});

test("tracks that nobody has do not pile up", () => {
  const relay = new TestRelay({ hub: { maxTracks: 5 } });
  const publisher = relay.publisher({ info: false });
  const viewer = relay.viewer();
  for (let i = 0; i < 50; i++) {
    const reading = viewer.subscribe("cam", `track-${i}`);
    publisher.questions.at(-1)?.abandon(0x33);
    relay.pass(300);
    assert.equal(reading.stream.reset, 0x33);
  }
});

test("a group with the largest number, or from a frame far off, is refused", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const last = publisher.group(Number.MAX_SAFE_INTEGER);
  const far = publisher.group(5, [], { frameStart: Number.MAX_SAFE_INTEGER });
  const far2 = publisher.group(6, framesOf(6, 3), { frameStart: 9_999 });
  assert.deepEqual([last.stopped, far.stopped, far2.stopped], [1, 1, 0x32]);
});

test("what relays say among themselves is no media, and nobody's reason to stay", () => {
  const relay = new TestRelay({ hub: { isTalk: (path) => path.startsWith("talk") } });
  const publisher = relay.publisher({ names: ["talk/status", "cam"] });
  const reading = relay.viewer().subscribe("talk/status");
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
  assert.deepEqual([relay.counters.bytesSent, relay.counters.bytesReceived, relay.hub.readers], [0, 0, 0]);
  relay.viewer().subscribe("cam");
  publisher.whole(0);
  assert.deepEqual([relay.counters.bytesSent > 0, relay.hub.readers], [true, 1]);
});
