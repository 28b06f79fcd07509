import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePublic } from "./config/pattern.ts";
import { RELAY_HOP, TestRelay } from "./core.fixture.ts";
import { believing, listen } from "./core-listening.fixture.ts";
import { publicGrants } from "./peers/grants.ts";

test("a client has a cap on what it publishes, and room again when something ends", () => {
  const relay = new TestRelay({ core: { maxOwnAnnounces: 2 } });
  const publisher = relay.publisher({ names: ["a", "b", "c"] });
  assert.equal(relay.core.table.size, 2);
  assert.equal(relay.core.counters.announcesTooManyOwn, 1);
  publisher.unannounce("a", 0);
  publisher.start("d");
  relay.settle();
  assert.equal(relay.core.table.size, 2);
  publisher.unannounce("c", 2);
  assert.equal(relay.core.table.size, 2, "the end of what was not taken changes nothing");
});

test("clients have half of the room for routes, and what waits for room comes in when somebody leaves", () => {
  const relay = new TestRelay({ core: { maxRoutes: 5 } });
  const first = relay.publisher({ names: ["a", "b"] });
  relay.publisher({ names: ["c"] });
  relay.publisher({ names: ["d"] });
  const listener = listen(relay);
  assert.deepEqual(listener.told().sort(), ["start a", "start b"]);
  assert.deepEqual([relay.core.table.counters.refused, relay.core.table.waiting], [2, 2]);
  first.leave();
  assert.deepEqual(listener.told().sort().slice(-2), ["start c", "start d"]);
  assert.equal(relay.core.table.waiting, 0);
});

test("a client that toggles a name that covers many costs the relay no more than its rate", () => {
  const relay = new TestRelay({ core: { announceBurst: 10, announceRate: 20 } });
  const publisher = relay.publisher({ names: [] });
  for (let i = 0; i < 500; i++) {
    publisher.start("");
    publisher.unannounce("", i);
  }
  relay.pass(1_000);
  const { changes } = relay.core.table.counters;
  assert.ok(changes <= 30, `${changes} changes`);
  assert.equal(relay.core.table.size, 0, "the last state counts");
  assert.ok(relay.core.counters.announcesHeldBack > 0);
});

test("what waits in a session that ends is never announced", () => {
  const relay = new TestRelay({ core: { announceBurst: 1, announceRate: 10 } });
  relay.publisher({ names: ["a", "b"] }).leave();
  relay.pass(1_000);
  assert.equal(relay.core.table.size, 0);
});

test("a client does not get round its cap by saying that it passes on what others have", () => {
  const relay = new TestRelay({ core: { maxOwnAnnounces: 2 } });
  relay.publisher({ names: ["a", "b", "c", "d"], hops: [70n, 71n], hop: 72n });
  assert.equal(relay.core.table.size, 2);
  const { announcesTooManyOwn, announcesTooManyPassedOn } = relay.core.counters;
  assert.deepEqual([announcesTooManyOwn, announcesTooManyPassedOn], [0, 2]);
});

test("a client cannot say that what it announces comes from another node", () => {
  const open = publicGrants("", { subscribe: [parsePublic("")], publish: [parsePublic("")] }) ?? assert.fail();
  const relay = new TestRelay({ grants: () => open });
  const chains = (): string[] => relay.core.table.routes().map(({ offer }) => offer.hops.join());
  const unnamed = relay.publisher({ hops: [70n, 71n] });
  const [stamped = ""] = chains();
  assert.match(stamped, /^\d+,0$/);
  assert.ok(!stamped.startsWith("70"));
  unnamed.leave();
  const named = relay.publisher({ hops: [70n, 71n], hop: 72n });
  assert.deepEqual(chains(), ["72"]);
  named.leave();
  relay.publisher({ hops: [70n, RELAY_HOP], hop: 72n });
  assert.deepEqual(chains(), [], "it has been here before");
});

test("where a relay's word is believed, it is not bound as a client is for what it passes on", () => {
  const relay = new TestRelay({ core: { maxOwnAnnounces: 2 }, membership: believing });
  relay.publisher({ names: ["a", "b", "c", "d"], hops: [70n], hop: 72n });
  assert.equal(relay.core.table.size, 4, "a relay with a name");
  relay.publisher({ names: ["e", "f", "g"], hop: 73n });
  assert.equal(relay.core.table.size, 6, "its own");
  relay.publisher({ names: ["h", "i", "j"], hops: [70n] });
  assert.equal(relay.core.table.size, 8, "somebody without a name");
});
