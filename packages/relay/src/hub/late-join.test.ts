import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, named, type Reading, TestRelay } from "../core.fixture.ts";
import { route } from "./routes.fixture.ts";

/** Which groups came; the newest go first, so in any order. */
function numbers({ groups }: Reading): number[] {
  return groups.map(({ sequence }) => sequence).sort((a, b) => a - b);
}

test("a late joiner gets the latest group from its first frame, then what follows", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.whole(0);
  const group = publisher.group(1, framesOf(1, 2));
  const late = relay.viewer().subscribe();
  assert.deepEqual([late.replies(), late.seen], [["start 1"], [`1: ${named(1, 2)} open`]]);
  group.write(Uint8Array.of(0, 1, 0x61)).finish();
  relay.settle();
  publisher.whole(2);
  assert.deepEqual(late.seen, [`1: ${named(1, 2)} a fin`, `2: ${named(2, 3)} fin`]);
  assert.equal(publisher.wanted.length, 1);
});

test("a late joiner whose format is new gets the same frames", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer("moq-lite-06").subscribe();
  const group = publisher.group(0, framesOf(0, 2));
  const late = ["moq-lite-02", "moq-lite-04"].map((version) => relay.viewer(version as "moq-lite-02").subscribe());
  group.write(Uint8Array.of(0, 1, 0x61)).finish();
  relay.settle();
  for (const { seen } of late) assert.deepEqual(seen, [`0: ${named(0, 2)} a fin`]);
});

test("max_age selects the backlog: groups whose successor is younger", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  for (let sequence = 0; sequence < 6; sequence++) {
    publisher.whole(sequence);
    relay.pass(1_000);
  }
  // Groups began at 0, 1, … 5 s; now it is 6 s.
  const backlog = (maxAge: number): number[] => numbers(relay.viewer().subscribe("cam", "video", { maxAge }));
  assert.deepEqual(backlog(0), [5]);
  assert.deepEqual(backlog(1_000), [5]);
  assert.deepEqual(backlog(1_001), [4, 5]);
  assert.deepEqual(backlog(2_500), [3, 4, 5]);
  assert.deepEqual(backlog(60_000), [1, 2, 3, 4, 5], "no more than the track's own age");
});

test("a floor cuts the backlog, and one in the future is waited for", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  for (let sequence = 0; sequence < 4; sequence++) publisher.whole(sequence);
  const floor = relay.viewer().subscribe("cam", "video", { maxAge: 5_000, startGroup: 2 });
  const future = relay.viewer().subscribe("cam", "video", { startGroup: 6 });
  assert.deepEqual(numbers(floor), [2, 3]);
  assert.deepEqual([future.replies(), future.seen], [["start 6"], []]);
  for (let sequence = 4; sequence < 8; sequence++) publisher.whole(sequence);
  assert.deepEqual(numbers(future), [6, 7]);
});

test("an explicit start on 03 to 05 brings all since then that is here", () => {
  for (const version of ["moq-lite-03", "moq-lite-04", "moq-lite-05"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher();
    relay.viewer().subscribe();
    for (let sequence = 3; sequence < 7; sequence++) {
      publisher.whole(sequence);
      relay.pass(1_000);
    }
    const since = (startGroup: number | undefined): number[] =>
      numbers(relay.viewer(version).subscribe("cam", "video", { startGroup }));
    assert.deepEqual(since(undefined), [6], version);
    assert.deepEqual(since(4), [4, 5, 6], version);
    assert.deepEqual(since(0), [3, 4, 5, 6], `${version}: what is older than the cache begins with the oldest`);
  }
});

test("an end group caps what is served; the subscription then idles until it is raised", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe("cam", "video", { endGroup: 1 });
  const all = relay.viewer().subscribe();
  for (let sequence = 0; sequence < 4; sequence++) publisher.whole(sequence);
  assert.deepEqual(numbers(reading), [0, 1]);
  assert.deepEqual([reading.replies(), reading.stream.fin], [["start 0"], false]);
  reading.update({ endGroup: 2 });
  assert.deepEqual(numbers(reading), [0, 1, 2]);
  reading.update({ endGroup: undefined });
  publisher.whole(4);
  assert.deepEqual(numbers(reading), [0, 1, 2, 3, 4]);
  assert.equal(all.groups.length, 5);
});

test("a start frame begins the first group there, its timestamp absolute", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.whole(3, framesOf(3, 5));
  const reading = relay.viewer().subscribe("cam", "video", { startGroup: 3, startFrame: 2 });
  publisher.whole(4, framesOf(4, 2));
  assert.deepEqual(reading.seen, [`3 from 2: ${named(3, 3, 2)} fin`, `4: ${named(4, 2)} fin`]);
  assert.deepEqual(reading.groups[0]?.frames, framesOf(3, 3, 2));
});

test("a start frame that is still to come is waited for", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const group = publisher.group(3, framesOf(3, 2));
  const reading = relay.viewer().subscribe("cam", "video", { startGroup: 3, startFrame: 3 });
  assert.deepEqual(reading.seen, []);
  for (const bytes of [[0x40, 0xc8, 1], [0x62], [0x40, 0xc8], [1, 0x63], [0x40, 0xc8, 1, 0x64]]) {
    group.write(Uint8Array.from(bytes));
    relay.settle();
  }
  group.finish();
  relay.settle();
  assert.deepEqual(reading.seen, ["3 from 3: c d fin"]);
  assert.deepEqual(
    reading.groups[0]?.frames.map(({ timestamp }) => timestamp),
    [3_300, 3_400],
  );
});

test("a start frame behind the end of its group brings nothing of it, then the next group", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.whole(3, framesOf(3, 2));
  const reading = relay.viewer().subscribe("cam", "video", { startGroup: 3, startFrame: 9 });
  publisher.whole(4, framesOf(4, 1));
  assert.deepEqual(reading.seen, ["4: g4f0 fin"]);
});

test("an end frame ends the last group there, before the publisher does", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const group = publisher.group(3, framesOf(3, 1));
  const reading = relay.viewer().subscribe("cam", "video", { startGroup: 3, endGroup: 3, endFrame: 2 });
  const inMiddle = relay.viewer().subscribe("cam", "video", { startGroup: 3, startFrame: 1, endGroup: 3, endFrame: 1 });
  for (let i = 1; i < 5; i++) {
    group.write(Uint8Array.of(0x40, 0xc8, 1, 0x61 + i));
    relay.settle();
  }
  assert.deepEqual(reading.seen, ["3: g3f0 b c fin"]);
  assert.deepEqual(inMiddle.seen, ["3 from 1: b fin"]);
});

test("frame bounds on a group that is whole already", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.whole(3, framesOf(3, 5));
  const bounds = { startGroup: 3, endGroup: 3 };
  const read = (startFrame: number, endFrame: number): string[] =>
    relay.viewer().subscribe("cam", "video", { ...bounds, startFrame, endFrame }).seen;
  assert.deepEqual(read(1, 3), [`3 from 1: ${named(3, 3, 1)} fin`]);
  assert.deepEqual(read(0, 0), ["3: g3f0 fin"]);
  assert.deepEqual(read(0, 99), [`3: ${named(3, 5)} fin`]);
});

test("a group whose head is lost goes to nobody who wants it from its beginning", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.group(3, framesOf(3, 2, 4), { frameStart: 4 }).finish();
  publisher.whole(4, framesOf(4, 1));
  assert.deepEqual(reading.seen, ["4: g4f0 fin"]);
  const exact = relay.viewer().subscribe("cam", "video", { startGroup: 3, startFrame: 4, maxAge: 5_000 });
  assert.deepEqual(exact.seen.toSorted(), [`3 from 4: ${named(3, 2, 4)} fin`, "4: g4f0 fin"]);
});

test("groups are kept as long as the track says, the latest for ever", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: { maxAge: 2_000 } });
  relay.viewer().subscribe();
  for (let sequence = 0; sequence < 3; sequence++) publisher.whole(sequence);
  const all = (): number[] => numbers(relay.viewer().subscribe("cam", "video", { maxAge: 60_000 }));
  relay.pass(1_500);
  assert.deepEqual(all(), [0, 1, 2]);
  relay.pass(1_000);
  assert.deepEqual(all(), [2]);
  relay.pass(1_000_000);
  assert.deepEqual(all(), [2]);
});

test("where somebody came for the next group only, the one under way is there for the next reader", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  // Another relay that moves here: it has group 0, and this one has nothing yet.
  const moving = relay.viewer().subscribe("cam", "catalog", { startGroup: 1, maxAge: 10_000 });
  assert.equal(publisher.current.said.startGroup, 0);
  publisher.group(0, framesOf(0, 2));
  const viewer = relay.viewer().subscribe("cam", "catalog");
  assert.deepEqual([moving.seen, viewer.seen], [[], [`0: ${named(0, 2)} open`]]);
});

test("who begins before what was asked for, when nothing has come yet, makes it asked for anew", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe("cam", "video", { startGroup: 9, maxAge: 10_000 });
  const viewer = relay.viewer().subscribe();
  assert.deepEqual([publisher.wanted.length, publisher.current.said.startGroup], [2, 0]);
  publisher.whole(4);
  assert.deepEqual(viewer.seen, [`4: ${named(4, 3)} fin`]);
});

test("a reader that begins later takes nothing from those who want what comes now", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const viewer = relay.viewer().subscribe();
  publisher.whole(3);
  publisher.updates();
  relay.viewer().subscribe("cam", "video", { startGroup: 20, maxAge: 10_000 });
  assert.deepEqual([...new Set(publisher.updates().map(({ startGroup }) => startGroup ?? 0))], [0]);
  publisher.whole(4);
  assert.deepEqual(numbers(viewer), [3, 4]);
});

test("a group that overtakes the one asked for does not cost it", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const first = relay.viewer().subscribe("cam", "video", { startGroup: 7, startFrame: 2, maxAge: 5_000 });
  const { said } = publisher.current;
  const ahead = publisher.peer.group(said.id, 8, framesOf(8, 1));
  relay.settle();
  assert.deepEqual([first.replies(), first.seen], [[], []], "nobody has said yet where it begins");
  const second = relay.viewer().subscribe("cam", "video", { startGroup: 7, maxAge: 5_000 });
  publisher.reply({ kind: "start", group: 6 });
  publisher.whole(7, framesOf(7, 4));
  ahead.finish();
  relay.settle();
  assert.deepEqual(numbers(first), [7, 8]);
  assert.deepEqual(numbers(second), [7, 8]);
  assert.deepEqual(first.replies(), ["start 7"]);
});

test("a group that comes before the one asked for is delivered too when the publisher does not say where it begins", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe("cam", "video", { startGroup: 7, maxAge: 5_000 });
  const { said } = publisher.current;
  for (const sequence of [9, 8, 7]) publisher.peer.group(said.id, sequence, framesOf(sequence, 2)).finish();
  relay.settle();
  assert.deepEqual(numbers(reading), [7, 8, 9]);
});

test("who joins while the group asked for is still under way gets it", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe("cam", "video", { startGroup: 7, maxAge: 5_000 });
  publisher.reply({ kind: "start", group: 6 });
  publisher.whole(8);
  const late = relay.viewer("moq-lite-05").subscribe("cam", "video", { startGroup: 7 });
  publisher.whole(7);
  assert.deepEqual(numbers(late), [7, 8]);
});

test("a publisher that never says where it begins is not waited for long", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const first = relay.viewer().subscribe("cam", "video", { maxAge: 5_000 });
  publisher.peer.group(publisher.current.said.id, 8, framesOf(8, 1));
  relay.pass(60);
  assert.deepEqual([numbers(first), first.replies()], [[8], ["start 8"]]);
  const late = relay.viewer().subscribe("cam", "video", { maxAge: 5_000 });
  assert.deepEqual(numbers(late), [8], "once is enough");
});

for (const says of [true, false]) {
  test(`who waits to hear where it begins hears it from the way that takes over, which ${says ? "says so" : "does not say"}`, () => {
    const relay = new TestRelay();
    const worse = route(relay, 11n, 5);
    const reading = relay.viewer().subscribe("cam", "video", { maxAge: 5_000 });
    const better = route(relay, 12n, 1);
    worse.peer.group(worse.current.said.id, 8, framesOf(8, 1));
    relay.settle();
    assert.deepEqual(reading.replies(), [], "nobody has said yet where it begins");
    if (says) better.reply({ kind: "start", group: 8 });
    better.peer.group(better.current.said.id, 8, framesOf(8, 1));
    relay.pass(60);
    assert.deepEqual([numbers(reading), reading.replies()], [[8], ["start 8"]]);
  });
}

test("when those have gone who wanted what comes now, who still waits for later does not keep it from the next", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const now = relay.viewer().subscribe();
  relay.viewer().subscribe("cam", "video", { startGroup: 21 });
  now.leave();
  const next = relay.viewer().subscribe();
  for (const { startGroup = 0 } of publisher.updates()) assert.equal(startGroup, 0);
  publisher.whole(0);
  assert.deepEqual(numbers(next), [0]);
});
