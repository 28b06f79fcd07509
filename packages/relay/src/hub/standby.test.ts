import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, named, TestRelay } from "../core.fixture.ts";
import { cut, payloads, route } from "./routes.fixture.ts";

function twice(): TestRelay {
  return new TestRelay({ hub: { standby: () => true } });
}

test("two ways are subscribed at once, and each frame comes by the first", () => {
  const relay = twice();
  const [first, second] = [route(relay, 11n, 1), route(relay, 12n, 2)];
  const reading = relay.viewer().subscribe();
  first.whole(0);
  relay.pass(300);
  assert.deepEqual([first.live.length, second.live.length, second.current.said.startGroup], [1, 1, 0]);
  second.whole(0);
  second.group(1, framesOf(1, 2));
  const late = first.group(1, framesOf(1, 1));
  late.write(first.encoded(framesOf(1, 2, 1), 1_000)).finish();
  relay.settle();
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
  assert.equal(relay.counters.mismatches, 0);
});

test("a better way shows itself in the group under way before it takes over: either may fail meanwhile", () => {
  for (const lost of [11n, 12n]) {
    const relay = twice();
    const worse = route(relay, 11n, 5);
    const reading = relay.viewer().subscribe();
    const under = worse.group(0, framesOf(0, 2));
    relay.pass(300);
    const better = route(relay, 12n, 1);
    relay.settle();
    assert.deepEqual([worse.live.length, better.live.length, better.current.said.startGroup], [1, 1, 0]);
    const same = better.group(0, framesOf(0, 2));
    cut(relay, lost);
    const [kept, way] = lost === 11n ? [same, better] : [under, worse];
    kept.write(way.encoded(framesOf(0, 1, 2), 100)).finish();
    relay.settle();
    way.whole(1);
    assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
    assert.equal(way.wanted.length, 1, "it need not ask again");
  }
});

test("a better way that has nothing of the group under way takes over with the next one", () => {
  const relay = twice();
  const worse = route(relay, 11n, 5);
  const reading = relay.viewer().subscribe();
  worse.group(0, framesOf(0, 2));
  relay.pass(300);
  const better = route(relay, 12n, 1);
  relay.pass(3_000);
  assert.deepEqual([worse.live.length, better.current.said.startGroup], [1, 1]);
  better.whole(1);
  assert.deepEqual(payloads(reading), [named(0, 2), named(1, 3)].join(" ").split(" "));
  assert.equal(better.live.length, 1);
});

test("what a second way brought before it had shown itself is asked for again", () => {
  const relay = twice();
  const [first, second] = [route(relay, 11n, 1), route(relay, 12n, 2)];
  const reading = relay.viewer().subscribe();
  first.group(0, framesOf(0, 2));
  relay.pass(300);
  const ahead = second.group(1, framesOf(1, 1));
  relay.settle();
  assert.equal(ahead.stopped, 1, "it may be another publisher's");
  second.group(0, framesOf(0, 2));
  relay.settle();
  assert.deepEqual([second.wanted.length, second.live.length], [2, 1]);
  cut(relay, 11n);
  second.group(0, framesOf(0, 2)).finish();
  second.whole(1);
  assert.deepEqual(payloads(reading), [named(0, 2), named(1, 3)].join(" ").split(" "));
});

test("a second way that has another publisher's bytes is not used", () => {
  const relay = twice();
  const [first, second] = [route(relay, 11n, 1), route(relay, 12n, 2)];
  const reading = relay.viewer().subscribe();
  first.whole(0);
  relay.pass(300);
  second.whole(1, framesOf(9, 3));
  assert.deepEqual(payloads(reading), named(0, 3).split(" "), "nothing is taken from it before it has shown itself");
  second.whole(0, framesOf(9, 3));
  assert.equal(second.live.length, 0);
  first.whole(1);
  assert.deepEqual(payloads(reading), [named(0, 3), named(1, 3)].join(" ").split(" "));
});

test("the end of either way is not noticed", () => {
  for (const lost of [11n, 12n]) {
    const relay = twice();
    const ways = [route(relay, 11n, 1), route(relay, 12n, 2)];
    const reading = relay.viewer().subscribe();
    ways[0]!.whole(0);
    relay.pass(300);
    for (const way of ways) way.group(1, framesOf(1, 1));
    cut(relay, lost);
    const kept = ways[lost === 11n ? 1 : 0]!;
    assert.equal(kept.wanted.length, 1, "it need not ask again");
    kept.whole(2);
    assert.deepEqual(payloads(reading), [named(0, 3), named(1, 1), named(2, 3)].join(" ").split(" "));
    assert.equal(reading.groups.length, 3);
  }
});

test("the second way shares as few relays with the first as there are", () => {
  const relay = twice();
  const first = route(relay, 11n, 1, { hops: [7n, 20n] });
  const alike = route(relay, 12n, 2, { hops: [7n, 20n] });
  const other = route(relay, 13n, 3, { hops: [7n, 21n] });
  relay.viewer().subscribe();
  first.whole(0);
  relay.pass(300);
  assert.deepEqual([alike.live.length, other.live.length], [0, 1]);
});

test("relays that read here do not make it hold a second way, nor is one held through them", () => {
  const relay = twice();
  const [first, second] = [route(relay, 11n, 1), route(relay, 12n, 2)];
  const reader = relay.viewer("moq-lite-06", { hop: 30n }).subscribe();
  first.whole(0);
  relay.pass(300);
  assert.equal(second.wanted.length, 0);
  relay.viewer().subscribe();
  relay.pass(300);
  assert.equal(second.live.length, 1);
  const through = relay.viewer("moq-lite-06", { hop: 12n }).subscribe();
  relay.pass(300);
  assert.equal(second.live.length, 0, "it may have it from here");
  first.whole(1);
  assert.deepEqual(payloads(through), [named(0, 3), named(1, 3)].join(" ").split(" "));
  assert.deepEqual(payloads(reader), payloads(through));
});

test("nothing is left when everybody has gone", () => {
  const relay = twice();
  const ways = [route(relay, 11n, 1), route(relay, 12n, 2)];
  const viewer = relay.viewer();
  const reading = viewer.subscribe();
  ways[0]!.whole(0);
  relay.pass(300);
  reading.leave();
  relay.pass(2_000);
  assert.deepEqual(
    ways.map(({ live }) => live.length),
    [0, 0],
  );
});

test("what one way brings long after the other is not given again", () => {
  const relay = twice();
  const [first, second] = [route(relay, 11n, 1), route(relay, 12n, 2)];
  const reading = relay.viewer().subscribe();
  first.whole(0);
  relay.pass(300);
  second.whole(0);
  for (let sequence = 1; sequence < 12; sequence++) {
    first.whole(sequence);
    relay.pass(1_000);
  }
  for (let sequence = 1; sequence < 12; sequence++) second.whole(sequence);
  assert.deepEqual(
    reading.groups.map(({ sequence }) => sequence),
    Array.from({ length: 12 }, (_, i) => i),
  );
});
