import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, TestRelay } from "../core.fixture.ts";

const MANY = 100_000;

/** What a relay holds that grows with what passes. */
function held(relay: TestRelay) {
  const broadcasts = [...relay.hub.broadcasts];
  const feeds = broadcasts.flatMap((broadcast) => [...broadcast.feeds]);
  return {
    broadcasts: broadcasts.length,
    feeds: feeds.length,
    groups: feeds.reduce((sum, { groups }) => sum + groups.size, 0),
    undelivered: feeds.reduce((sum, { undelivered }) => sum + undelivered, 0),
    cache: relay.cache.bytes,
    readers: relay.hub.readers,
  };
}

const NOTHING = { broadcasts: 0, feeds: 0, groups: 0, undelivered: 0, cache: 0, readers: 0 };

test("a hundred thousand groups leave no more behind than the last few, and nothing in the end", () => {
  const relay = new TestRelay({ hub: { maxGroups: 5 } });
  const publisher = relay.publisher();
  const viewer = relay.viewer();
  const reading = viewer.subscribe();
  const stage = publisher.peer;
  for (let sequence = 0; sequence < MANY; sequence++) {
    if (sequence === 0) publisher.whole(0);
    else stage.group(publisher.current.said.id, sequence, framesOf(sequence, 1)).finish();
    if (sequence % 4 === 0) relay.settle();
    if (sequence % 1_000 === 0) assert.ok(held(relay).groups <= 5);
  }
  relay.settle();
  assert.equal(reading.groups.length, MANY);
  viewer.peer.connection.close(0, "");
  relay.pass(60_000);
  assert.deepEqual(held(relay), NOTHING);
});

test("a hundred thousand subscriptions that are cancelled at once leave nothing behind", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const viewer = relay.viewer();
  for (let i = 0; i < MANY; i += 100) {
    const readings = Array.from({ length: 100 }, () => viewer.subscribe());
    for (const reading of readings) reading.leave();
    relay.pass(10);
  }
  relay.pass(60_000);
  assert.deepEqual([held(relay), publisher.live.length], [NOTHING, 0]);
});
