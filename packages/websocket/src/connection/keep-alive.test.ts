import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import type { Framing } from "../codec/framing.ts";
import { listen } from "../testing/listen.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { RawPeer } from "../testing/raw-peer.ts";
import { StreamRecord } from "../testing/recorder.ts";

const SECOND = 1_000;

async function stageOf(context: TestContext, framing: Framing, idleTimeout = 0) {
  const clock = new ManualClock();
  const listener = await listen({ clock });
  context.after(() => listener.close());
  const peer = await RawPeer.connect(listener.port, framing);
  context.after(() => peer.ws.terminate());
  if (framing !== "legacy") peer.agree({ idleTimeout });
  const ours = await listener.connections.next();
  // Something crosses over, so that nothing of the beginning is under way.
  ours.connection.openUni(0, new StreamRecord()).write(Uint8Array.of(1));
  await peer.next("stream");
  return { clock, peer, ours };
}

/** Waits until our server has heard all that the peer's socket has sent. */
async function heard(peer: RawPeer): Promise<void> {
  await peer.settle();
}

test("a quiet connection is pinged every five seconds, and its round trip is measured", async (context) => {
  const { clock, peer, ours } = await stageOf(context, "legacy");
  assert.equal(ours.connection.stats().rtt, undefined);
  for (let i = 0; i < 3; i++) {
    const pinged = once(peer.ws, "ping");
    clock.advance(5 * SECOND);
    await pinged;
    await heard(peer);
  }
  assert.equal(typeof ours.connection.stats().rtt, "number");
  assert.ok((ours.connection.stats().sinceReceived ?? 99) <= SECOND);
});

test("a peer that is silent for thirty seconds is lost", async (context) => {
  const { clock, peer, ours } = await stageOf(context, "legacy");
  peer.ws.pause();
  clock.advance(29 * SECOND);
  assert.ok((ours.connection.stats().sinceReceived ?? 0) >= 28 * SECOND);
  clock.advance(3 * SECOND);
  assert.deepEqual(await ours.closed, { code: 0, reason: "nothing was heard for too long", by: "lost" });
});

test("the shorter idle timeout counts, and is kept off by pings of qmux", async (context) => {
  for (const framing of ["qmux-02", "qmux-01"] as const) {
    const { clock, peer, ours } = await stageOf(context, framing, 6 * SECOND);
    for (let i = 0; i < 4; i++) {
      clock.advance(3 * SECOND);
      const { sequence, response } = await peer.next("ping");
      assert.deepEqual([sequence, response], [BigInt(i), false]);
      peer.send({ type: "ping", response: true, sequence });
      await heard(peer);
    }
    peer.ws.pause();
    clock.advance(8 * SECOND);
    assert.equal((await ours.closed).reason, "nothing was heard for too long");
  }
});

test("qmux-00 has no pings of its own", async (context) => {
  const { clock, peer } = await stageOf(context, "qmux-00");
  const before = peer.messages.length;
  for (let i = 0; i < 4; i++) {
    clock.advance(5 * SECOND);
    await heard(peer);
  }
  assert.equal(peer.messages.length, before);
});

test("a client that never sends its parameters is let go after ten seconds", async (context) => {
  const clock = new ManualClock();
  const listener = await listen({ clock });
  context.after(() => listener.close());
  const peer = await RawPeer.connect(listener.port, "qmux-01");
  await peer.settle();
  clock.advance(10 * SECOND);
  await peer.closed;
});

test("a peer that does not answer the goodbye is cut off after three seconds", async (context) => {
  const clock = new ManualClock();
  const listener = await listen({ clock, closeTimeout: 3 * SECOND });
  context.after(() => listener.close());
  const peer = await RawPeer.connect(listener.port, "legacy");
  const ours = await listener.connections.next();
  peer.ws.pause();
  ours.connection.close(1, "bye");
  assert.equal((await ours.closed).by, "local");
  clock.advance(3 * SECOND);
  peer.ws.resume();
  await peer.closed;
});
