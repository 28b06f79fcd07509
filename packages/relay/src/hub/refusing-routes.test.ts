import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, named, TestRelay } from "../core.fixture.ts";
import { cut, payloads, route } from "./routes.fixture.ts";

const PUBLISHER = 7n;

/** Of two ways the cheaper one refused, and the other one brought a group. */
function refusedOnce() {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const second = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  first.current.stream.abandon(0x36);
  relay.settle();
  second.whole(0);
  return { relay, first, second, reading };
}

test("a way that refused is asked again when it tells another way, not when others do", () => {
  const { relay, first, second, reading } = refusedOnce();
  route(relay, 13n, 9);
  assert.deepEqual([first.wanted.length, second.wanted.length], [1, 1]);
  first.reprice(0, [PUBLISHER, 99n], 1);
  assert.equal(first.wanted.length, 2);
  first.whole(1);
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
});

test("a way that refused is asked again for the next who reads", () => {
  const { relay, first, second, reading } = refusedOnce();
  reading.stream.finish();
  second.unannounce("cam");
  relay.settle();
  relay.viewer().subscribe();
  assert.equal(first.live.length, 1);
});

test("a way that refused is asked again when the other one is lost and nobody else comes", () => {
  const { relay, first, reading } = refusedOnce();
  cut(relay, 12n);
  assert.equal(first.live.length, 0);
  relay.pass(2_500);
  assert.deepEqual([first.live.length, reading.stream.reset], [1, undefined]);
  first.whole(1);
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
});

test("a way that refused for a moment only is asked again after a while", () => {
  const { relay, first } = refusedOnce();
  relay.pass(2_500);
  assert.equal(first.wanted.length, 2);
});

test("who is told that a track was replaced passes that on", () => {
  const relay = new TestRelay();
  const only = route(relay, 11n, 1);
  route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  only.whole(0);
  only.current.stream.abandon(0x34);
  relay.settle();
  assert.equal(reading.stream.reset, 0x34);
});

test("a viewer that says goodbye ends nothing that waits for a lost publisher", () => {
  const relay = new TestRelay();
  const publisher = route(relay, 11n, 1);
  const reading = relay.viewer().subscribe();
  const other = relay.viewer();
  publisher.whole(0);
  cut(relay, 11n);
  other.peer.connection.close(0, "");
  relay.settle();
  assert.equal(reading.stream.reset, undefined);
});

test("where one publisher of two says goodbye its readers hear that it was replaced", () => {
  const relay = new TestRelay();
  relay.publisher({ hop: 1n });
  const newer = relay.publisher({ hop: 2n });
  const reading = relay.viewer().subscribe();
  newer.whole(0);
  newer.leave();
  assert.equal(reading.stream.reset, 0x34);
});

for (const code of [0x36, 0x34])
  test(`a group that ends with its subscription (${code}) goes on over the next route`, () => {
    const relay = new TestRelay();
    const first = route(relay, 11n, 1);
    const second = route(relay, 12n, 5);
    const reading = relay.viewer().subscribe();
    const group = first.group(0, framesOf(0, 2));
    // It is better by now, and about to take over.
    first.reprice(0, [PUBLISHER], 9);
    group.reset(code);
    relay.settle();
    first.current.stream.abandon(code);
    relay.settle();
    assert.equal(second.current.said.startFrame, 1);
    second.group(0, framesOf(0, 2, 1), { frameStart: 1 }).finish();
    relay.settle();
    assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
  });

test("who can no longer be served because the way leads through it loses its groups for that reason", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const through = relay.viewer("moq-lite-06", { hop: 50n }).subscribe();
  relay.viewer().subscribe();
  before.group(0, framesOf(0, 1));
  const after = route(relay, 12n, 1, { hops: [PUBLISHER, 50n] });
  after.whole(1);
  assert.deepEqual([through.groups[0]?.end, through.stream.reset], [0x36, 0x36]);
});

test("without any route a running feed goes on while something comes, and ends a while after the last", () => {
  const relay = new TestRelay();
  const only = route(relay, 11n, 1);
  const reading = relay.viewer().subscribe();
  only.whole(0);
  only.unannounce("cam");
  for (let group = 1; group < 5; group++) {
    relay.pass(3_000);
    only.whole(group);
  }
  assert.equal(reading.stream.reset, undefined);
  relay.pass(6_000);
  assert.equal(reading.stream.reset, 0x36);
});

test("a way that was left and falls silent in its last group does not keep the rest of it", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.whole(0);
  before.group(1, framesOf(1, 2));
  const after = route(relay, 12n, 1);
  after.whole(2);
  assert.deepEqual([before.live.length, after.live.length], [1, 1], "group 1 still comes by the old way");
  relay.pass(1_000);
  const { said } = after.current;
  assert.deepEqual([before.live.length, after.wanted.length, said.startGroup, said.startFrame], [0, 2, 1, 1]);
  after.group(1, framesOf(1, 3, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 4), named(2, 3)].join(" ").split(" "));
  relay.pass(5_000);
  assert.equal(after.wanted.length, 2, "once is enough");
});

test("a way that was left and can no longer serve its last group: the rest comes from the one in use", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  before.whole(0);
  const under = before.group(1, framesOf(1, 2));
  const after = route(relay, 12n, 1);
  after.whole(2);
  assert.deepEqual([before.live.length, after.live.length], [1, 1]);
  under.reset(0x36);
  relay.settle();
  const { startGroup, startFrame } = after.current.said;
  assert.deepEqual([startGroup, startFrame], [1, 1], "from the last whole frame");
  after.group(1, framesOf(1, 2, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3), named(2, 3)].join(" ").split(" "));
});

test("a way that refuses what is in use is not asked for the rest of it", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  const under = before.group(0, framesOf(0, 2));
  const after = route(relay, 12n, 1);
  after.whole(1);
  under.reset(0x36);
  relay.settle();
  const [first, second = assert.fail()] = after.wanted;
  assert.deepEqual([second.said.startGroup, second.said.startFrame], [0, 1], "it is asked for the group that was left");
  for (const wanted of [first, second]) wanted?.stream.abandon(0x36);
  relay.settle();
  assert.deepEqual([after.wanted.length, before.live.length], [2, 1], "the other way is asked for it again");
  before.group(0, framesOf(0, 2, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.equal(reading.seen[0], `0: ${named(0, 3)} fin`);
});

test("a way that refused what was in use, and then brings the rest, is the best one again", () => {
  const relay = new TestRelay();
  const before = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  const under = before.group(0, framesOf(0, 2));
  const after = route(relay, 12n, 1);
  after.whole(1);
  under.reset(0x36);
  relay.settle();
  after.wanted[0]?.stream.abandon(0x36);
  relay.settle();
  after.group(0, framesOf(0, 2, 1), { frameStart: 1 }).finish();
  relay.settle();
  route(relay, 13n, 9);
  assert.deepEqual([before.wanted.length, after.live.length], [1, 1]);
  after.whole(2);
  assert.deepEqual(
    reading.seen.map((group) => group.slice(-3)),
    ["fin", "fin", "fin"],
  );
});

test("who asks for what came by him, of which the publisher's own way brings other bytes, ends it for all", () => {
  const relay = new TestRelay();
  const stale = route(relay, 11n, 1, { hops: [PUBLISHER, 50n] });
  const own = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  stale.group(0, framesOf(0, 2));
  const through = relay.viewer("moq-lite-06", { hop: 50n }).subscribe();
  assert.deepEqual([own.current.said.startGroup, own.current.said.startFrame], [0, 1], "it goes round him");
  own.group(0, framesOf(7, 3), { frameStart: 0 });
  relay.settle();
  assert.deepEqual([reading.stream.reset, through.stream.reset], [0x34, 0x34]);
  const again = relay.viewer().subscribe();
  assert.equal(again.stream.reset, undefined);
});
