import assert from "node:assert/strict";
import { test } from "node:test";
import { type HandmadePeer, RELAY } from "@moq-relay/protocol/testing";
import { BIDI, decodeGoaway, encodeGoaway, encodeStreamType, VERSIONS } from "@moq-relay/protocol/wire";
import { MOQ_VERSIONS } from "./config/index.ts";
import { framesOf, named, type Publisher, type PublisherOptions, TestRelay } from "./core.fixture.ts";
import { PEER_GRANTS } from "./peers/grants.ts";

/** A neighbour that has a way to the one publisher. */
function route(relay: TestRelay, hop: bigint, cost: number, options: PublisherOptions = {}): Publisher {
  return relay.publisher({ hop, hops: [7n], cost, from: `relay-${hop}.test`, ...options });
}

/** The peer says that it will go away. */
function leave({ relay, peer }: Publisher): void {
  peer.bidi((writer) => {
    encodeStreamType(writer, BIDI.goaway);
    encodeGoaway(writer, { uri: "" }, peer.version);
  });
  relay.settle();
}

/** Where this peer was told to go; undefined when it was told nothing. */
function told(peer: HandmadePeer): string | undefined {
  const body = peer.taken(BIDI.goaway)[0]?.take((framer) => framer.message());
  return body && decodeGoaway(body, peer.version).uri;
}

test("what comes by a neighbour that is going away moves to another, without a lost or repeated frame", () => {
  const relay = new TestRelay();
  const leaving = route(relay, 11n, 1);
  const other = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  leaving.whole(0);
  const open = leaving.group(1, framesOf(1, 1));
  leave(leaving);
  const { startGroup, startFrame } = other.current.said;
  assert.deepEqual([startGroup, startFrame], [1, 0], "at once: it may close any moment");
  other.group(1, framesOf(1, 2)).finish();
  open.write(leaving.encoded(framesOf(1, 1, 1), 1_000)).finish();
  other.whole(2);
  assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 2)} fin`, `2: ${named(2, 3)} fin`]);
  assert.deepEqual([leaving.live.length, relay.counters.handovers, relay.counters.mismatches], [0, 1, 0]);
  assert.equal(relay.core.counters.goaways, 1);
  leaving.leave();
  other.whole(3);
  assert.equal(reading.seen.at(-1), `3: ${named(3, 3)} fin`);
});

test("a group that does not end is moved in its middle, from the last whole frame", () => {
  const relay = new TestRelay();
  const leaving = route(relay, 11n, 1);
  const other = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  leaving.group(0, framesOf(0, 2));
  leave(leaving);
  const { startGroup, startFrame } = other.current.said;
  assert.deepEqual([startGroup, startFrame], [0, 1]);
  other.group(0, framesOf(0, 3, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.deepEqual(reading.seen, [`0: ${named(0, 4)} fin`]);
});

test("what is new is asked of others", () => {
  const relay = new TestRelay();
  const leaving = route(relay, 11n, 1);
  const other = route(relay, 12n, 5);
  leave(leaving);
  relay.viewer().subscribe("cam", "audio");
  const fetched = relay.viewer().fetch(3);
  other.answer(framesOf(3, 1));
  assert.deepEqual([fetched.seen, other.wanted.length, other.asked], ["g3f0 fin", 1, 1]);
  assert.deepEqual([leaving.wanted.length, leaving.fetched.length, leaving.asked], [0, 0, 0]);
});

test("without another way what runs goes on until the neighbour closes", () => {
  const relay = new TestRelay();
  const leaving = route(relay, 11n, 1);
  const reading = relay.viewer().subscribe();
  const fetched = relay.viewer().fetch(30);
  leaving.whole(0);
  leave(leaving);
  relay.pass(10_000);
  leaving.whole(1);
  leaving.answer(framesOf(30, 2));
  assert.deepEqual([reading.seen.length, fetched.seen], [2, `${named(30, 2)} fin`]);
  assert.equal(relay.viewer().fetch(31).seen, "4", "nothing new is asked of it");
  const other = route(relay, 12n, 5);
  other.whole(2);
  leaving.leave();
  assert.deepEqual([reading.seen.length, reading.stream.reset], [3, undefined]);
});

test("peers are told that the relay goes away where they can be, those that come later at once, and are served on", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const viewers = MOQ_VERSIONS.map((version) => relay.viewer(version));
  const readings = viewers.map((viewer) => viewer.subscribe());
  assert.equal(relay.core.goaway("https://b.test/"), 4);
  relay.settle();
  const late = relay.viewer("moq-lite-06");
  for (const { peer } of [...viewers, late]) {
    assert.equal(told(peer), VERSIONS[peer.version.name].goaway ? "https://b.test/" : undefined, peer.version.name);
  }
  assert.equal(told(publisher.peer), "https://b.test/");
  assert.equal(relay.core.goaway(), 0, "once is enough");
  readings.push(late.subscribe());
  publisher.whole(0);
  for (const { seen } of readings) assert.deepEqual(seen, [`0: ${named(0, 3)} fin`]);
});

test("a relay that goes away is left by its neighbours, if there is another", () => {
  const world = new TestRelay();
  const [leaving, staying] = [world, new TestRelay({ world: world.world, address: "b.test:4443", hop: 2_000n })];
  const edge = new TestRelay({ world: world.world, address: "edge.test:4443", hop: 3_000n });
  const publishers = [leaving, staying].map((relay, i) => {
    const to = i === 0 ? RELAY : "b.test:4443";
    const dial = { protocols: ["moq-lite-06"], from: `edge-${i}.test` };
    world.world.network.dial(to, dial, {
      onConnection: (connection) => edge.core.open(connection, PEER_GRANTS, 1 + i * 5).events,
      onFailed: (reason) => assert.fail(reason),
    });
    return relay.publisher({ hop: 7n, to, from: `publisher-${i}.test` });
  });
  world.settle();
  const [first, second] = publishers as [Publisher, Publisher];
  const reading = edge.viewer("moq-lite-06", { to: "edge.test:4443" }).subscribe();
  first.whole(0);
  assert.equal(second.wanted.length, 0);
  leaving.core.goaway();
  world.settle();
  second.whole(1);
  assert.deepEqual([reading.seen, first.live.length], [[`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], 0]);
});
