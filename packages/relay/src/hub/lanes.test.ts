import assert from "node:assert/strict";
import { test } from "node:test";
import type { Carrier } from "@moq-relay/protocol/transport";
import { framesOf, TestRelay } from "../core.fixture.ts";

/** Calls into the carrier since the last reading, by name. */
function counted(relay: TestRelay): () => Record<string, number> {
  const carrier = relay.world.network.carrier as unknown as Record<string, (...args: unknown[]) => unknown>;
  let calls: Record<string, number> = {};
  for (const name of ["openUni", "write", "finish", "reset", "setPriority", "queued"] satisfies (keyof Carrier)[]) {
    const original = carrier[name]!.bind(carrier);
    carrier[name] = (...args) => {
      calls[name] = (calls[name] ?? 0) + 1;
      return original(...args);
    };
  }
  return () => {
    const now = calls;
    calls = {};
    return now;
  };
}

test("a chunk costs one call, however many readers; so do a group's beginning and its end", () => {
  for (const readers of [1, 10, 200]) {
    const relay = new TestRelay();
    const publisher = relay.publisher();
    relay.audience(readers);
    const calls = counted(relay);
    const group = publisher.group(0);
    assert.deepEqual(calls(), { openUni: 1 }, `${readers} readers`);
    for (let i = 0; i < 5; i++) {
      group.write(publisher.encoded(framesOf(0, 1)));
      relay.settle();
      assert.deepEqual(calls(), { write: 1 });
    }
    group.finish();
    relay.settle();
    assert.deepEqual(calls(), { finish: 1 });
  }
});

test("readers in both formats cost one call more for each format", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.audience(50, "moq-lite-06");
  relay.audience(50, "moq-lite-04");
  const calls = counted(relay);
  const group = publisher.group(0);
  assert.deepEqual(calls(), { openUni: 2 });
  group.write(publisher.encoded(framesOf(0, 1)));
  relay.settle();
  assert.deepEqual(calls(), { write: 2 });
  group.finish();
  relay.settle();
  assert.deepEqual(calls(), { finish: 2 });
});

test("a group that is broken off costs one call", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.audience(50);
  const group = publisher.group(0, framesOf(0, 1));
  const calls = counted(relay);
  group.reset(1);
  relay.settle();
  assert.deepEqual(calls(), { reset: 1 });
});

test("readers that have left do not linger in the lanes", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const [stays, ...leave] = relay.audience(20);
  const group = publisher.group(0, framesOf(0, 1));
  for (const [i, reading] of leave.entries()) {
    if (i % 2 === 0) reading.leave();
    else reading.viewer.peer.connection.close(0, "");
  }
  relay.settle();
  const [feed] = [...relay.hub.broadcasts].flatMap((broadcast) => [...broadcast.feeds]);
  assert.equal(feed?.undelivered, 1);
  group.write(publisher.encoded(framesOf(0, 1, 1), 0)).finish();
  relay.settle();
  assert.equal(stays?.groups[0]?.frames.length, 2);
  assert.equal(feed?.undelivered, 0);
});
