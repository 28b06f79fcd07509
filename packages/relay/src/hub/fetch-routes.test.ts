import assert from "node:assert/strict";
import { test } from "node:test";
import { RELAY } from "@moq-relay/protocol/testing";
import { framesOf, named, type Publisher, type PublisherOptions, TestRelay } from "../core.fixture.ts";
import { PEER_GRANTS } from "../peers/grants.ts";

const PUBLISHER = 7n;
const UNROUTABLE = 0x36;

/** A neighbour that has a way to the one publisher. */
function route(relay: TestRelay, hop: bigint, cost: number, options: PublisherOptions = {}): Publisher {
  return relay.publisher({ hop, hops: [PUBLISHER], cost, from: `relay-${hop}.test`, ...options });
}

function cut(relay: TestRelay, hop: bigint): void {
  relay.world.network.cut(`relay-${hop}.test`, "relay.test:4443");
  relay.settle();
}

for (const code of [0x33, 0x34, UNROUTABLE]) {
  test(`a neighbour that refuses with 0x${code.toString(16)} is followed by the next, and the last refusal is the answer`, () => {
    const relay = new TestRelay();
    const cheap = route(relay, 11n, 1);
    const dear = route(relay, 12n, 5);
    const fetched = relay.viewer().fetch(3);
    cheap.refuse(code);
    assert.deepEqual([fetched.seen, cheap.fetched.length, dear.fetched.length], ["open", 1, 1]);
    dear.answer(framesOf(3, 2));
    assert.equal(fetched.seen, `${named(3, 2)} fin`);
    const nowhere = relay.viewer().fetch(4);
    cheap.refuse(0x33);
    dear.refuse(code);
    assert.equal(nowhere.seen, `${code}`);
  });
}

test("a neighbour that cannot be asked is passed over", () => {
  const relay = new TestRelay();
  const older = route(relay, 11n, 0, { version: "moq-lite-04" });
  const newer = route(relay, 12n, 5);
  const fetched = relay.viewer().fetch(3);
  newer.answer(framesOf(3, 2));
  assert.deepEqual([fetched.seen, older.fetched.length], [`${named(3, 2)} fin`, 0]);
});

test("a way that is lost is followed by another, from the frame that was reached", () => {
  for (const version of ["moq-lite-06", "moq-lite-05"] as const) {
    const relay = new TestRelay();
    const cheap = route(relay, 11n, 0);
    const dear = route(relay, 12n, version === "moq-lite-05" ? 0 : 5, { version });
    // Routes of 05 name no price: whichever was chosen is the one that is lost.
    const fetched = relay.viewer().fetch(3);
    const [first, second, hop] = cheap.fetched.length > 0 ? [cheap, dear, 11n] : [dear, cheap, 12n];
    first.answer(framesOf(3, 3), false);
    // Half a frame more.
    first.fetching.stream.write(Uint8Array.of(0x40, 0xc8, 4, 0x67));
    relay.settle();
    cut(relay, hop);
    const from = second.peer.version.frameBounds ? 2 : 0;
    assert.equal(second.fetching.said.startFrame, from, version);
    second.answer(framesOf(3, 5 - from, from));
    assert.equal(fetched.seen, `${named(3, 5)} fin`, version);
    assert.deepEqual(fetched.frames, framesOf(3, 5));
    assert.equal(relay.counters.mismatches, 0);
  }
});

test("a way that falls silent is not waited for where there is another", () => {
  const relay = new TestRelay();
  const silent = route(relay, 11n, 1);
  const fetched = [relay.viewer().fetch(3), relay.viewer().fetch(4)];
  silent.answer(framesOf(4, 2), false, silent.fetched[1]);
  const [link = assert.fail()] = relay.core.table.candidates("cam").map((one) => one.link);
  relay.core.table.suspect(link, true);
  assert.equal(silent.fetching.stream.reset, undefined, "there is no other");
  const other = route(relay, 12n, 5);
  assert.deepEqual(
    other.fetched.map(({ said }) => [said.group, said.startFrame]),
    [
      [3, 0],
      [4, 1],
    ],
  );
  assert.deepEqual(
    silent.fetched.map(({ stream }) => stream.reset),
    [1, 1],
  );
  other.answer(framesOf(3, 1), true, other.fetched[0]);
  other.answer(framesOf(4, 2, 1));
  assert.deepEqual(
    fetched.map(({ seen }) => seen),
    [`${named(3, 1)} fin`, `${named(4, 3)} fin`],
  );
});

test("a way that is told no longer is not waited for either once it falls silent", () => {
  const relay = new TestRelay();
  const silent = route(relay, 11n, 1);
  const other = route(relay, 12n, 5);
  const fetched = relay.viewer().fetch(3);
  silent.answer(framesOf(3, 2), false);
  const [link = assert.fail()] = relay.core.table.candidates("cam").map((one) => one.link);
  silent.unannounce("cam");
  relay.settle();
  assert.deepEqual(
    [silent.fetching.stream.reset, other.fetched.length],
    [undefined, 0],
    "what is under way still comes",
  );
  relay.core.table.suspect(link, true);
  relay.settle();
  assert.equal(other.fetching.said.startFrame, 1);
  other.answer(framesOf(3, 2, 1));
  assert.equal(fetched.seen, `${named(3, 3)} fin`);
});

test("a way that brings other bytes is not that publisher's", () => {
  const relay = new TestRelay();
  const cheap = route(relay, 11n, 1);
  const dear = route(relay, 12n, 5);
  const fetched = relay.viewer().fetch(3);
  cheap.answer(framesOf(3, 2), false);
  cheap.refuse(0);
  dear.answer(framesOf(9, 3));
  assert.deepEqual([fetched.stream.reset, relay.counters.mismatches, relay.cache.bytes], [0x34, 1, 0]);
});

test("nobody is given a group by a way through itself", () => {
  const relay = new TestRelay();
  const through = route(relay, 11n, 1);
  const viewer = relay.viewer("moq-lite-06", { hop: 11n });
  assert.equal(viewer.fetch(3).seen, `${UNROUTABLE}`);
  assert.equal(through.fetched.length, 0);
  relay.viewer().fetch(3);
  assert.equal(viewer.fetch(3).seen, `${UNROUTABLE}`, "not even one that others wait for");
  const other = route(relay, 12n, 5);
  const fetched = viewer.fetch(4);
  other.answer(framesOf(4, 1));
  assert.equal(fetched.seen, "g4f0 fin");
});

test("a fetch goes from relay to relay, once each", () => {
  const origin = new TestRelay();
  const edge = new TestRelay({ world: origin.world, address: "edge.test:4443", hop: 2_000n });
  origin.world.network.dial(
    RELAY,
    { protocols: ["moq-lite-06"], from: "edge.test" },
    {
      onConnection: (connection) => edge.core.open(connection, PEER_GRANTS).events,
      onFailed: (reason) => assert.fail(reason),
    },
  );
  const publisher = origin.publisher();
  origin.settle();
  const address = { to: "edge.test:4443" };
  const fetches = Array.from({ length: 5 }, (_, i) =>
    edge.viewer("moq-lite-06", { ...address, from: `v${i}` }).fetch(6),
  );
  publisher.answer(framesOf(6, 3));
  for (const { seen } of fetches) assert.equal(seen, `${named(6, 3)} fin`);
  assert.deepEqual([publisher.fetched.length, origin.counters.fetches, edge.counters.upstreamFetches], [1, 1, 1]);
  const refused = edge.viewer("moq-lite-05", address).fetch(7);
  publisher.refuse(0x33);
  assert.equal(refused.seen, `${0x33}`);
});
