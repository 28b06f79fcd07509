import assert from "node:assert/strict";
import { test } from "node:test";
import type { VersionName } from "@moq-relay/protocol/wire";
import { framesOf, named, TestRelay } from "../core.fixture.ts";

const VERSIONS: readonly VersionName[] = ["moq-lite-02", "moq-lite-03", "moq-lite-04", "moq-lite-05", "moq-lite-06"];

test("one subscription upstream serves any number of readers", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = relay.audience(100);
  assert.deepEqual([publisher.wanted.length, publisher.asked], [1, 1]);
  publisher.whole(0);
  for (const reading of readings) {
    assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
    assert.deepEqual(reading.replies(), ["start 0"]);
  }
});

test("another frame format is made once for each group, however many want it", () => {
  for (const [from, to] of [
    ["moq-lite-06", "moq-lite-04"],
    ["moq-lite-04", "moq-lite-06"],
  ] as const) {
    const weights = [1, 50].map((readers) => {
      const relay = new TestRelay();
      const publisher = relay.publisher({ version: from });
      relay.audience(1, from);
      relay.audience(readers, to);
      publisher.whole(0);
      relay.audience(readers, to);
      return relay.cache.bytes;
    });
    assert.equal(weights[0], weights[1]);
  }
});

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

test("a thousand readers at once are one question and one subscription upstream", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: false });
  const readings = relay.audience(10).concat(
    ...Array.from({ length: 10 }, () => {
      const viewer = relay.viewer();
      return Array.from({ length: 99 }, () => viewer.subscribe());
    }),
  );
  assert.deepEqual([readings.length, publisher.questions.length, publisher.wanted.length], [1_000, 1, 1]);
  publisher.peer.trackInfo(publisher.questions[0] ?? assert.fail());
  publisher.whole(0);
  assert.ok(readings.every(({ groups }) => groups[0]?.end === "fin"));
});

test("every version reads what every version publishes", () => {
  for (const from of VERSIONS) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version: from });
    const readings = VERSIONS.map((version) => relay.viewer(version).subscribe());
    publisher.whole(0);
    const late = VERSIONS.map((version) => relay.viewer(version).subscribe());
    publisher.whole(1);
    for (const reading of readings) {
      assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], from);
    }
    for (const reading of late) {
      assert.deepEqual(reading.seen.toSorted(), [`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], from);
    }
  }
});

test("frames of a publisher without timestamps are dated by their arrival", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-04" });
  const reading = relay.viewer("moq-lite-06").subscribe();
  relay.pass(100.7);
  const group = publisher.group(0, framesOf(0, 2));
  relay.pass(50);
  group.write(Uint8Array.of(1, 0x61)).finish();
  relay.settle();
  assert.deepEqual(
    reading.groups[0]?.frames.map(({ timestamp }) => timestamp),
    [100, 100, 150],
  );
  const late = relay.viewer("moq-lite-06").subscribe();
  assert.deepEqual(late.groups[0]?.frames, reading.groups[0]?.frames, "whoever joins later sees the same dates");
});

test("timestamps reach those who can have them, unchanged", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer("moq-lite-05").subscribe();
  const frames = [
    { timestamp: 1_000, payload: "a" },
    { timestamp: 1_033, payload: "b" },
    { timestamp: 1_020, payload: "c" },
  ];
  publisher.whole(0, frames);
  assert.deepEqual(reading.groups[0]?.frames, frames);
});

test("a chunk in mid-frame reaches both formats as far as it goes", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const timed = relay.viewer("moq-lite-06").subscribe();
  const plain = relay.viewer("moq-lite-04").subscribe();
  const group = publisher.group(0);
  // Timestamp 0, ten bytes of payload, of which four come first; between them a header cut in two.
  for (const bytes of [[0, 10, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 0x42], [0x30, 3], [1, 2], [3]]) {
    group.write(Uint8Array.from(bytes));
    relay.settle();
  }
  const bytesOf = (reading: typeof timed) => [...(reading.groups[0]?.uni.bytes ?? [])];
  assert.deepEqual(bytesOf(timed).slice(5), [0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x42, 0x30, 3, 1, 2, 3]);
  assert.deepEqual(bytesOf(plain).slice(4), [10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3, 1, 2, 3]);
});

test("SUBSCRIBE_OK comes when the track is known, START with the first group, in every version", () => {
  const expected: Record<string, string[][]> = {
    "moq-lite-02": [["ok"], []],
    "moq-lite-03": [["ok"], []],
    "moq-lite-04": [["ok"], []],
    "moq-lite-05": [[], ["start 7"]],
    "moq-lite-06": [[], ["start 7"]],
  };
  for (const version of VERSIONS) {
    const relay = new TestRelay();
    const publisher = relay.publisher();
    const reading = relay.viewer(version).subscribe();
    assert.deepEqual(reading.replies(), expected[version]?.[0], version);
    publisher.whole(7);
    assert.deepEqual(reading.replies(), expected[version]?.[1], version);
  }
});

test("a START from upstream is told before any group", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.reply({ kind: "start", group: 5 });
  const late = relay.viewer().subscribe();
  assert.deepEqual([reading.replies(), late.replies()], [["start 5"], ["start 5"]]);
  publisher.whole(6);
  assert.deepEqual([reading.replies(), reading.seen], [[], [`6: ${named(6, 3)} fin`]]);
});

test("the track's end: END, then FIN when all groups have come", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  const last = publisher.group(1, framesOf(1, 1));
  reading.replies();
  publisher.end(2);
  assert.deepEqual([reading.replies(), reading.stream.fin], [["end 2"], false], "a group is still under way");
  last.write(Uint8Array.of(0, 1, 0x61)).finish();
  relay.settle();
  assert.deepEqual([reading.replies(), reading.stream.fin], [[], true]);
  assert.deepEqual(reading.groups.at(-1)?.end, "fin");
});

test("groups that come out of order at the end are waited for", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  publisher.whole(2);
  publisher.end(3);
  assert.equal(reading.stream.fin, false, "group 1 may be on its way");
  publisher.whole(1);
  assert.equal(reading.stream.fin, true);
  assert.deepEqual(
    reading.groups.map(({ sequence, end }) => [sequence, end]),
    [
      [0, "fin"],
      [2, "fin"],
      [1, "fin"],
    ],
  );
});

test("a hole at the end is waited for as long as groups are worth having", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: { maxAge: 2_000 } });
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  publisher.whole(2);
  publisher.end(3);
  relay.pass(1_900);
  assert.equal(reading.stream.fin, false);
  relay.pass(500);
  assert.equal(reading.stream.fin, true);
});

test("a track that ends with nothing in it ends at once", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.end(0);
  assert.deepEqual([reading.replies(), reading.stream.fin], [["end 0"], true]);
});

test("where versions have no END, groups behind the FIN still arrive", () => {
  for (const version of ["moq-lite-02", "moq-lite-04"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    const reading = relay.viewer().subscribe();
    publisher.whole(0);
    publisher.end(0);
    publisher.whole(1);
    assert.equal(reading.stream.fin, false, version);
    relay.pass(1_300);
    assert.deepEqual(reading.replies(), ["start 0", "end 2"], version);
    assert.equal(reading.stream.fin, true);
    assert.deepEqual(
      reading.groups.map(({ end }) => end),
      ["fin", "fin"],
    );
  }
});

test("whoever subscribes after the end gets a new subscription upstream", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const first = relay.viewer().subscribe();
  publisher.whole(0);
  publisher.end(1);
  assert.equal(first.stream.fin, true);
  const second = relay.viewer().subscribe();
  assert.equal(publisher.wanted.length, 2);
  publisher.whole(0);
  assert.deepEqual(second.seen, [`0: ${named(0, 3)} fin`]);
});

test("a group that is broken off upstream is broken off for readers, with its code", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = [relay.viewer("moq-lite-06").subscribe(), relay.viewer("moq-lite-03").subscribe()];
  const group = publisher.group(0, framesOf(0, 2));
  group.reset(0x35);
  relay.settle();
  for (const reading of readings) assert.equal(reading.groups[0]?.end, 0x35);
  assert.equal(relay.counters.groupsAborted, 1);
});

test("a late joiner is not left with a group that was broken off", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.group(0, framesOf(0, 2)).reset(1);
  relay.settle();
  const late = relay.viewer().subscribe();
  assert.deepEqual(
    late.groups.map(({ end }) => end),
    [],
  );
  publisher.whole(1);
  assert.deepEqual(late.seen, [`1: ${named(1, 3)} fin`]);
});

test("frames that make no sense break off their group, with the code for it", () => {
  const hub = { maxFrame: 1_000, maxGroup: 3_000, maxFrames: 20 };
  const cases: [string, number, number[][]][] = [
    ["a frame above the cap", 0x38, [[0, 0x47, 0xd0]]],
    ["a group above the cap", 0x32, Array.from({ length: 4 }, () => [0, 0x43, 0xe8, ...new Array(1_000).fill(1)])],
    ["too many frames", 0x32, [new Array(42).fill(0)]],
    ["a timestamp below zero", 0x39, [[0x4f, 0x9f, 1, 0x61]]],
    ["a length above all numbers", 0x12, [[0, 0xff, 255, 255, 255, 255, 255, 255, 255]]],
  ];
  for (const [what, code, chunks] of cases) {
    const relay = new TestRelay({ hub });
    const publisher = relay.publisher();
    const reading = relay.viewer().subscribe();
    publisher.whole(0);
    const bad = publisher.group(1, framesOf(1, 1));
    for (const chunk of chunks) {
      bad.write(Uint8Array.from(chunk));
      relay.settle();
    }
    assert.deepEqual([bad.stopped, reading.groups[1]?.end], [code, code], what);
    publisher.whole(2);
    assert.equal(reading.seen.at(-1), `2: ${named(2, 3)} fin`, `${what}: the track goes on`);
  }
});

test("a group that ends inside a frame is broken off as malformed", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = [relay.viewer("moq-lite-06").subscribe(), relay.viewer("moq-lite-03").subscribe()];
  publisher
    .group(0)
    .write(Uint8Array.of(0, 5, 1, 2))
    .finish();
  relay.settle();
  for (const reading of readings) assert.equal(reading.groups[0]?.end, 0x12);
});

test("an empty group is a group", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = [relay.viewer("moq-lite-06").subscribe(), relay.viewer("moq-lite-03").subscribe()];
  publisher.whole(0, []);
  for (const reading of readings) assert.deepEqual(reading.seen, ["0: fin"]);
});

test("groups arrive out of order and are passed on as they come", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.reply({ kind: "start", group: 3 });
  for (const sequence of [5, 4, 7, 6, 3]) publisher.whole(sequence, framesOf(sequence, 1));
  assert.deepEqual(
    reading.seen,
    [5, 4, 7, 6, 3].map((group) => `${group}: g${group}f0 fin`),
  );
});

test("the same group again is refused", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  const again = publisher.group(0, framesOf(0, 3));
  const open = publisher.group(1, framesOf(1, 1));
  const twice = publisher.group(1, framesOf(1, 1));
  assert.deepEqual([again.stopped, open.stopped, twice.stopped], [1, undefined, 1]);
  assert.equal(reading.groups.length, 2);
});

test("a subscription for what nobody has is refused with 0x36", () => {
  const relay = new TestRelay();
  relay.publisher();
  const reading = relay.viewer().subscribe("nothing");
  assert.deepEqual([reading.stream.reset, reading.stream.stopped], [0x36, 0]);
  assert.equal(relay.counters.subscriptionsRefused, 1);
});

test("the publisher's refusal reaches the reader", () => {
  for (const version of ["moq-lite-04", "moq-lite-06"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    const reading = relay.viewer().subscribe();
    publisher.current.stream.abandon(0x33);
    relay.settle();
    assert.equal(reading.stream.reset, 0x33, version);
  }
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

test("the asked-for terms are those of all readers together", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const first = relay.viewer().subscribe("cam", "video", { priority: 10, maxAge: 500, endGroup: 9 });
  assert.deepEqual(
    [publisher.current.said.priority, publisher.current.said.maxAge, publisher.current.said.endGroup],
    [10, 500, 9],
  );
  const second = relay.viewer().subscribe("cam", "video", { priority: 60, endGroup: 20 });
  assert.deepEqual(
    publisher.updates().map(({ priority, maxAge, endGroup }) => [priority, maxAge, endGroup]),
    [[60, 500, 20]],
  );
  relay.viewer().subscribe("cam", "video", { priority: 60 });
  assert.deepEqual(
    publisher.updates().map(({ endGroup }) => endGroup),
    [undefined],
  );
  second.leave();
  assert.deepEqual(publisher.updates(), [], "nothing changed");
  first.leave();
  assert.deepEqual(
    publisher.updates().map(({ priority, maxAge }) => [priority, maxAge]),
    [[60, 0]],
  );
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
    relay.settle();
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
