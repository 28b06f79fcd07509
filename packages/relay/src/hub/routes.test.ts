import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "@moq-relay/protocol/testing";
import { framesOf, named, type Reading, TestRelay } from "../core.fixture.ts";
import { cut, payloads, route } from "./routes.fixture.ts";

const PUBLISHER = 7n;

function bodies(reading: Reading): (readonly Frame[])[] {
  return reading.groups.toSorted((a, b) => a.sequence - b.sequence).map(({ frames }) => frames);
}

test("the cheapest way is taken", () => {
  const relay = new TestRelay();
  const dear = route(relay, 11n, 5);
  const cheap = route(relay, 12n, 1);
  relay.viewer().subscribe();
  assert.deepEqual([dear.wanted.length, cheap.wanted.length], [0, 1]);
});

test("a move to a better way happens at the next group, without a lost or repeated frame", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const readings = [relay.viewer().subscribe(), relay.viewer("moq-lite-04").subscribe()];
  before.whole(0);
  const open = before.group(1, framesOf(1, 1));
  const after = route(relay, 12n, 1);
  assert.deepEqual([after.wanted.length, after.current.said.startGroup], [1, 2]);
  assert.equal(before.live.length, 1, "the old way delivers until the new one does");
  before.group(2, framesOf(2, 1));
  after.whole(2);
  assert.equal(before.live.length, 1, "it still has group 1 to finish");
  open.write(before.encoded(framesOf(1, 1, 1), 1_000)).finish();
  relay.settle();
  assert.equal(before.live.length, 0);
  after.whole(3);
  for (const reading of readings) {
    assert.deepEqual(payloads(reading), [named(0, 3), named(1, 2), named(2, 3), named(3, 3)].join(" ").split(" "));
    assert.ok(reading.groups.every(({ end }) => end === "fin"));
  }
  assert.deepEqual([relay.counters.handovers, relay.counters.mismatches], [1, 0]);
});

test("the way that is left may finish before the new one has anything", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.whole(0);
  const after = route(relay, 12n, 1);
  before.whole(1);
  before.whole(2);
  after.whole(1);
  after.whole(2);
  after.whole(3);
  assert.deepEqual(payloads(reading).length, 12);
  assert.equal(before.live.length, 0);
});

test("inside a group for more than two seconds the move happens at a frame", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const readings = [relay.viewer().subscribe(), relay.viewer("moq-lite-03").subscribe()];
  const open = before.group(0, framesOf(0, 3));
  const after = route(relay, 12n, 1);
  relay.pass(1_900);
  assert.deepEqual(
    after.wanted.map(({ said }) => said.startGroup),
    [1],
  );
  relay.pass(400);
  const resumed = after.current.said;
  assert.deepEqual([resumed.startGroup, resumed.startFrame], [0, 2], "from the last whole frame");
  // The old way goes on meanwhile, with half a frame.
  open.write(Uint8Array.of(0x40, 0xc8, 4, 0x67));
  relay.settle();
  const there = after.group(0, framesOf(0, 3, 2), { frameStart: 2 });
  relay.settle();
  assert.equal(before.live.length, 0, "whoever is level takes over");
  there.write(after.encoded(framesOf(0, 1, 5), 400)).finish();
  relay.settle();
  for (const reading of readings) assert.deepEqual(payloads(reading), named(0, 6).split(" "));
  assert.deepEqual(bodies(readings[0] ?? assert.fail())[0], framesOf(0, 6));
  assert.deepEqual([relay.counters.handovers, relay.counters.mismatches], [1, 0]);
});

test("a track that is one group for ever moves too", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 1));
  const after = route(relay, 12n, 1);
  relay.pass(2_500);
  const there = after.group(0, framesOf(0, 1));
  assert.equal(before.live.length, 0, "nothing is left to confirm");
  there.write(after.encoded(framesOf(0, 1, 1), 0));
  relay.settle();
  assert.deepEqual(payloads(reading), ["g0f0", "g0f1"]);
});

test("a better way that goes again before the move changes nothing", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.whole(0);
  const after = route(relay, 12n, 1);
  after.unannounce("cam");
  assert.equal(after.live.length, 0);
  before.whole(1);
  const again = route(relay, 13n, 1);
  cut(relay, 13n);
  before.whole(2);
  assert.deepEqual([again.wanted.length, before.wanted.length, before.live.length], [1, 1, 1]);
  assert.equal(payloads(reading).length, 9);
});

test("a lost way is replaced from the frame that was reached", () => {
  for (const version of ["moq-lite-06", "moq-lite-05", "moq-lite-04"] as const) {
    const relay = new TestRelay();
    const first = route(relay, 11n, 1, { version });
    const second = route(relay, 12n, 5, { version });
    const reading = relay.viewer(version).subscribe();
    first.whole(0);
    first.group(1, framesOf(1, 2)).write(first.encoded(framesOf(1, 1, 2), 1_100).subarray(0, 3));
    relay.settle();
    cut(relay, 11n);
    const { said } = second.current;
    const start = version === "moq-lite-06" ? 1 : 0;
    assert.deepEqual([said.startGroup, said.startFrame], [1, start], version);
    second.group(1, framesOf(1, 4 - start, start), { frameStart: start }).finish();
    second.whole(2);
    assert.deepEqual(
      reading.seen.map((line) => line.replace(/^\d+: | fin$/g, "")),
      [named(0, 3), named(1, 4), named(2, 3)],
    );
    assert.deepEqual([reading.stream.reset, relay.counters.failovers, relay.counters.mismatches], [undefined, 1, 0]);
  }
});

test("the way that was left is lost in mid-move: the new one brings the rest", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 2));
  const after = route(relay, 12n, 1);
  after.whole(1);
  assert.equal(before.live.length, 1);
  cut(relay, 11n);
  assert.deepEqual([after.current.said.startGroup, after.current.said.startFrame], [0, 1]);
  after.group(0, framesOf(0, 3, 1), { frameStart: 1 }).finish();
  after.whole(1);
  after.whole(2);
  assert.deepEqual(payloads(reading), [named(0, 4), named(1, 3), named(2, 3)].join(" ").split(" "));
  assert.equal(after.live.length, 1);
});

test("the way in use is lost while another was joining", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 2));
  const after = route(relay, 12n, 1);
  cut(relay, 11n);
  after.group(0, framesOf(0, 2, 1), { frameStart: 1 }).finish();
  after.whole(1);
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
  assert.equal(after.live.length, 1);
});

test("both ways end the track in mid-move: readers get all of it", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  const open = before.group(0, framesOf(0, 2));
  const after = route(relay, 12n, 1);
  after.whole(1);
  before.end(2);
  after.end(2);
  assert.equal(reading.stream.fin, false, "group 0 is still being delivered");
  open.write(before.encoded(framesOf(0, 1, 2), 100)).finish();
  relay.pass(300);
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
  assert.deepEqual([reading.stream.fin, reading.replies()], [true, ["start 0", "end 2"]]);
});

test("the joining way ends first: the one in use goes on", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.whole(0);
  const after = route(relay, 12n, 1);
  after.end(1);
  before.whole(1);
  before.end(2);
  assert.deepEqual([payloads(reading).length, reading.stream.fin], [6, true]);
});

test("no other way: readers wait, and go on when the publisher's way comes back", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const reading = relay.viewer().subscribe();
  first.whole(0);
  first.group(1, framesOf(1, 1));
  cut(relay, 11n);
  relay.pass(3_000);
  assert.deepEqual([reading.stream.reset, reading.groups[1]?.end], [undefined, "open"]);
  const second = route(relay, 12n, 1);
  second.group(1, framesOf(1, 3)).finish();
  relay.settle();
  assert.equal(reading.seen[1], `1: ${named(1, 3)} fin`);
});

test("whoever joins while no way is known gets what is here, then what comes", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  relay.viewer().subscribe();
  first.whole(0);
  first.group(1, framesOf(1, 1));
  cut(relay, 11n);
  const second = route(relay, 12n, 1);
  const late = relay.viewer().subscribe();
  assert.deepEqual(late.seen, [`1: ${named(1, 1)} open`]);
  second.group(1, framesOf(1, 3)).finish();
  relay.settle();
  assert.deepEqual(late.seen, [`1: ${named(1, 3)} fin`]);
});

test("no way for five seconds: readers are sent away with 0x36, and everything is given back", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 1));
  cut(relay, 11n);
  relay.pass(4_900);
  assert.equal(reading.stream.reset, undefined);
  relay.pass(500);
  assert.deepEqual([reading.stream.reset, reading.groups[0]?.end], [0x36, 0x36]);
  relay.pass(500);
  assert.deepEqual([relay.cache.bytes, [...relay.hub.broadcasts].length], [0, 0]);
});

test("other bytes by the way that takes over: readers are sent away with 0x34 and may come again", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const second = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 2));
  cut(relay, 11n);
  const wrong = second.group(0, [{ timestamp: 100, payload: "XXXX" }], { frameStart: 1 });
  assert.deepEqual([reading.stream.reset, reading.groups[0]?.end, wrong.stopped], [0x34, 0x34, 1]);
  assert.equal(relay.counters.mismatches, 1);
  const again = relay.viewer().subscribe();
  second.whole(0, framesOf(9, 1));
  assert.deepEqual(again.seen, ["0: g9f0 fin"], "a track that is one group for ever can be read again");
});

test("other bytes by a way that only joins: it is left, readers do not notice", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.whole(0);
  before.group(1, framesOf(1, 2));
  const after = route(relay, 12n, 1);
  before.group(2, framesOf(2, 2));
  after.group(2, [{ timestamp: 5, payload: "XXXX" }]);
  assert.deepEqual([after.live.length, before.live.length, reading.stream.reset], [0, 1, undefined]);
  before.whole(3);
  assert.equal(reading.seen.at(-1), `3: ${named(3, 3)} fin`);
});

test("a copy that ends where the group goes on is another group", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const second = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 3));
  cut(relay, 11n);
  second.group(0, [], { frameStart: 2 }).finish();
  relay.settle();
  assert.equal(reading.stream.reset, 0x34);
});

test("a publisher that counts anew when asked to go on is a new one", () => {
  for (const version of ["moq-lite-04", "moq-lite-05", "moq-lite-06"] as const) {
    const relay = new TestRelay();
    const first = relay.publisher({ version, hop: PUBLISHER, from: "relay-7.test" });
    const reading = relay.viewer().subscribe();
    for (const sequence of [0, 1, 2]) first.whole(sequence);
    cut(relay, 7n);
    const back = relay.publisher({ version, hop: PUBLISHER });
    back.whole(0, framesOf(50, 1));
    assert.equal(reading.stream.reset, 0x34, version);
    const again = relay.viewer().subscribe();
    back.whole(0, framesOf(50, 1));
    assert.deepEqual(again.seen, ["0: g50f0 fin"]);
  }
});

test("a gap that nobody can fill breaks off its group, not the track", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const second = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 2));
  cut(relay, 11n);
  const far = second.group(0, framesOf(0, 1, 7), { frameStart: 7 });
  assert.deepEqual([far.stopped, reading.groups[0]?.end], [1, 0x35]);
  second.whole(1);
  assert.equal(reading.seen[1], `1: ${named(1, 3)} fin`);
});

test("a way in another frame format cannot go on in mid-group, but with the next", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 0);
  const second = route(relay, 12n, 0, { version: "moq-lite-04", hops: [PUBLISHER, 99n] });
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 2));
  cut(relay, 11n);
  second.group(0, framesOf(0, 3)).finish();
  second.whole(1);
  assert.deepEqual(
    reading.groups.map(({ end }) => end),
    [0x35, "fin"],
  );
});

for (const by of ["another format", "a relay before this one"]) {
  test(`a group that cannot be gone on with because of ${by}, and none after it: readers may come again`, () => {
    const relay = new TestRelay();
    const first = route(relay, 11n, 0);
    const version = by === "another format" ? "moq-lite-04" : "moq-lite-06";
    const second = route(relay, 12n, 0, { version, hops: [PUBLISHER, 99n] });
    const reading = relay.viewer().subscribe();
    first.group(0, framesOf(0, 2));
    cut(relay, 11n);
    const rest = second.group(0, framesOf(0, 3));
    if (by !== "another format") rest.reset(0x35);
    relay.settle();
    assert.equal(reading.groups[0]?.end, 0x35);
    relay.pass(1_900);
    assert.equal(reading.stream.reset, undefined, "another group may come");
    relay.pass(400);
    assert.equal(reading.stream.reset, 0x34);
    const anew = relay.viewer().subscribe();
    second.whole(0);
    assert.deepEqual(anew.seen, [`0: ${named(0, 3)} fin`]);
  });
}

test("another publisher of the name: readers are sent away with 0x34, and coming again works at once", () => {
  for (const version of ["moq-lite-06", "moq-lite-04", "moq-lite-02"] as const) {
    const relay = new TestRelay();
    const first = relay.publisher({ version, from: "first" });
    const viewer = relay.viewer(version);
    const reading = viewer.subscribe();
    first.whole(0);
    first.group(1, framesOf(1, 1));
    relay.pass(10);
    const second = relay.publisher({ version, from: "second" });
    assert.deepEqual([reading.stream.reset, reading.groups[1]?.end], [0x34, 0x34], version);
    assert.equal(reading.groups[0]?.end, "fin");
    const again = viewer.subscribe();
    second.whole(0, framesOf(9, 1));
    assert.deepEqual(again.seen, ["0: g9f0 fin"], version);
    assert.equal(first.live.length, 0);
  }
});

test("the publisher's way refuses: the next is tried, and the last refusal is the answer", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const second = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  first.current.stream.abandon(0x33);
  relay.settle();
  assert.deepEqual([second.wanted.length, reading.stream.reset], [1, undefined]);
  second.whole(0);
  assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
  second.current.stream.abandon(0x30);
  relay.settle();
  assert.equal(reading.stream.reset, 0x30);
});

test("a question is put to the next who knows the way", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1, { info: false });
  const second = route(relay, 12n, 5, { info: { timescale: 90_000 } });
  const viewer = relay.viewer();
  const reading = viewer.subscribe();
  first.questions[0]?.abandon(0x33);
  relay.settle();
  assert.deepEqual([second.asked, reading.stream.reset], [1, undefined]);
});

test("a question whose way is lost is put again", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1, { info: false });
  const second = route(relay, 12n, 5);
  const reading = relay.viewer("moq-lite-04").subscribe();
  assert.deepEqual(reading.replies(), []);
  cut(relay, 11n);
  assert.deepEqual([first.questions.length, second.asked, reading.replies()], [1, 1, ["ok"]]);
});

test("nobody is served from where it stands itself", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const own = relay.viewer("moq-lite-06", { hop: PUBLISHER }).subscribe();
  assert.equal(own.stream.reset, 0x36, "the publisher itself");
  const viewer = relay.viewer();
  viewer.subscribe();
  const through = relay.viewer("moq-lite-06", { hop: 11n }).subscribe();
  assert.equal(through.stream.reset, 0x36, "the neighbour on the way");
  assert.equal(first.live.length, 1);
});

test("whoever is on the way to a publisher cannot push another one on its readers", () => {
  const relay = new TestRelay();
  const narrow = relay.publisher({ names: ["room/cam"], hop: 21n });
  relay.publisher({ names: ["room"], hop: 22n });
  const reading = relay.viewer().subscribe("room/cam");
  narrow.whole(0);
  const own = relay.viewer("moq-lite-06", { hop: 21n }).subscribe("room/cam");
  assert.deepEqual([own.stream.reset, reading.stream.reset], [0x36, undefined]);
  narrow.whole(1);
  assert.equal(reading.seen[1], `1: ${named(1, 3)} fin`);
});

test("a reader behind the way that takes over is sent away, the others stay", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  const neighbour = relay.viewer("moq-lite-06", { hop: 12n }).subscribe();
  before.whole(0);
  const after = route(relay, 12n, 1);
  after.whole(1);
  assert.deepEqual([neighbour.stream.reset, reading.stream.reset], [0x36, undefined]);
});

test("before anything has come, a better way is asked for the same", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer("moq-lite-05").subscribe();
  const after = route(relay, 12n, 1);
  assert.deepEqual([after.current.said.startGroup, after.current.said.maxAge], [0, 0], "the latest group, not all");
  after.whole(5);
  assert.equal(before.live.length, 0);
  assert.deepEqual(reading.seen, [`5: ${named(5, 3)} fin`]);
});

test("with the largest group number in use, another way can still be asked", () => {
  for (const version of ["moq-lite-06", "moq-lite-05", "moq-lite-04"] as const) {
    const relay = new TestRelay();
    const before = route(relay, 11n, 0, { version, hops: [PUBLISHER, 99n] });
    const reading = relay.viewer(version).subscribe();
    const last = Number.MAX_SAFE_INTEGER - 1;
    before.whole(last, framesOf(1, 1));
    const after = route(relay, 12n, 0, { version });
    assert.equal(after.current.said.startGroup, last + 1, version);
    assert.equal(reading.groups[0]?.end, "fin");
  }
});

test("readers that come and go while ways change leave nothing behind", () => {
  const relay = new TestRelay();
  const ways = [route(relay, 11n, 5), route(relay, 12n, 9)];
  for (let round = 0; round < 30; round++) {
    const reading = relay.viewer().subscribe();
    ways[0]?.whole(0);
    ways[1]?.reprice(0, [PUBLISHER], 1);
    if (round % 3 === 0) ways[1]?.whole(1);
    if (round % 3 === 1) relay.pass(2_500);
    reading.leave();
    ways[1]?.reprice(0, [PUBLISHER], 9);
    assert.deepEqual(
      ways.map(({ live }) => live.length),
      [0, 0],
    );
    assert.equal(relay.cache.bytes, 0);
  }
});
