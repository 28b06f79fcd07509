import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, type Reading as Subscription, TestRelay } from "../core.fixture.ts";
import { relayReadings } from "./readings.ts";

/** What `/metrics` would say of this gauge. */
function reading(relay: TestRelay, name: string): unknown {
  return relayReadings(relay.core, relay.counters, relay.cache)
    .find((one) => one.name === name)
    ?.read();
}

test("whoever comes and goes, by whatever way, the readers and sessions that are counted are those that are there", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const open: Subscription[] = [];
  let sessions = 1;
  for (let i = 0; i < 200; i++) {
    // Every fifth step one leaves: the subscription only, or the whole session.
    if (i % 5 === 4) {
      const leaving = open.splice((i * 7) % open.length, 1)[0]!;
      if (i % 3 === 0) leaving.leave();
      else leaving.viewer.peer.connection.close(0, "");
      relay.settle();
      if (i % 3 !== 0) sessions -= 1;
    } else {
      open.push(relay.viewer().subscribe("cam", i % 2 === 0 ? "video" : "audio"));
      sessions += 1;
    }
    if (i % 20 === 10) publisher.whole(i, framesOf(i, 1));
    assert.deepEqual([reading(relay, "moq_readers"), reading(relay, "moq_sessions")], [open.length, sessions], `${i}`);
  }
  for (const { viewer } of open) viewer.peer.connection.close(0, "");
  relay.settle();
  const left = sessions - open.length;
  assert.deepEqual([reading(relay, "moq_readers"), reading(relay, "moq_sessions")], [0, left]);
});
