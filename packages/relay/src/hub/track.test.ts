import assert from "node:assert/strict";
import { test } from "node:test";
import type { VersionName } from "@moq-relay/protocol/wire";
import { framesOf, named, TestRelay } from "../core.fixture.ts";
import { cut, payloads, route } from "./routes.fixture.ts";

const VERSIONS: readonly VersionName[] = ["moq-lite-02", "moq-lite-03", "moq-lite-04", "moq-lite-05", "moq-lite-06"];

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
  assert.deepEqual([reading.replies(), reading.stream.fin], [[], false], "a group is still under way");
  last.write(Uint8Array.of(0, 1, 0x61)).finish();
  relay.settle();
  assert.deepEqual([reading.replies(), reading.stream.fin], [["end 2"], true]);
  assert.deepEqual(reading.groups.at(-1)?.end, "fin");
});

test("an end that names the last group, as some say it on 05, is told as the one after it", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-05" });
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  publisher.whole(1);
  reading.replies();
  publisher.end(1);
  assert.deepEqual([reading.replies(), reading.stream.fin], [["end 2"], true]);
});

test("a last group that comes behind an END of 05 that names it is not lost", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-05" });
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  publisher.end(1);
  assert.equal(reading.stream.fin, false);
  publisher.whole(1);
  assert.deepEqual([reading.seen, reading.stream.fin], [[`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], true]);
});

test("where an END of 05 is behind the last group, readers hear of it a second later", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-05" });
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  publisher.end(1);
  relay.pass(1_300);
  assert.deepEqual([reading.replies(), reading.stream.fin], [["start 0", "end 1"], true]);
});

test("a publisher that says END while a group is under way, and goes on by another way, is followed", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 2));
  reading.replies();
  first.end(1);
  const second = route(relay, 12n, 5);
  cut(relay, 11n);
  second.group(0, framesOf(0, 3)).finish();
  second.whole(1);
  relay.settle();
  assert.deepEqual([reading.replies(), payloads(reading).length, reading.stream.reset], [[], 6, undefined]);
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
