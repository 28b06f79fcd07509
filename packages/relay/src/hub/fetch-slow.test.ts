import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "@moq-relay/protocol/testing";
import { TestRelay } from "../core.fixture.ts";

const KIB = 1 << 10;
const FRAMES = 60;
const LIMITS = {
  highMark: 32 * KIB,
  lowMark: 8 * KIB,
  maxStreamQueue: 128 * KIB,
  maxConnectionQueue: 512 * KIB,
  maxConnectionReceive: 64 * KIB,
};

function frames(first: number, count: number): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: (first + i) * 20,
    payload: `${first + i} `.padEnd(10 * KIB, "."),
  }));
}

test("a fetch that is not read holds back itself only, and gets every frame in the end", () => {
  const relay = new TestRelay({ limits: LIMITS, hub: { highMark: LIMITS.highMark } });
  const publisher = relay.publisher();
  const [slow, fast] = [relay.viewer().fetch(1), relay.viewer("moq-lite-05").fetch(1)];
  slow.stream.pause();
  publisher.answer(frames(0, 1), false);
  for (let i = 1; i < FRAMES; i++) {
    publisher.fetching.stream.write(publisher.encoded(frames(i, 1), (i - 1) * 20));
    relay.settle();
    for (const { session } of relay.core.peers) {
      assert.ok(session.connection.stats().bytesQueued <= LIMITS.highMark + LIMITS.maxStreamQueue);
    }
  }
  publisher.fetching.stream.finish();
  relay.settle();
  assert.deepEqual([fast.frames.length, fast.stream.fin], [FRAMES, true]);
  const late = relay.viewer().fetch(1, { startFrame: 10, endFrame: 19 });
  assert.deepEqual([late.frames.length, late.stream.fin], [10, true]);
  assert.ok(slow.frames.length < FRAMES / 2);
  slow.stream.resume();
  relay.settle();
  assert.deepEqual([slow.frames, slow.stream.fin], [frames(0, FRAMES), true]);
  relay.pass(31_000);
  assert.equal(relay.cache.bytes, 0);
});

test("a session that is cut in the middle of an answer leaves nothing behind", () => {
  const relay = new TestRelay({ limits: LIMITS, hub: { highMark: LIMITS.highMark } });
  const publisher = relay.publisher();
  const fetched = relay.viewer("moq-lite-06", { from: "gone.test" }).fetch(1);
  fetched.stream.pause();
  publisher.answer(frames(0, 30));
  relay.world.network.cut("gone.test", "relay.test:4443");
  relay.settle();
  relay.pass(31_000);
  assert.deepEqual([relay.cache.bytes, relay.hub.fetching, [...relay.hub.broadcasts].length], [0, 0, 0]);
});
