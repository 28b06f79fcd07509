import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { ListenerStats } from "./listen.ts";
import { recordFirstPackets, sendPackets } from "./testing/first-packets.ts";
import { Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";

const ALPN = "moq-lite-06";
/** For handshakes that must not time out during a test, milliseconds. */
const NEVER = 600_000;
/** For those that shall. */
const SOON = 300;

/** Looks until the listener's counters are as wanted; the test's own timeout ends it otherwise. */
async function counted(stage: Stage, wanted: (stats: ListenerStats) => boolean): Promise<ListenerStats> {
  for (;;) {
    const stats = stage.listener.stats();
    if (wanted(stats)) return stats;
    await delay(10);
  }
}

/** Half handshakes: first packets of clients that say nothing more. Sent until the server has seen them all. */
async function pileUp(stage: Stage, count: number): Promise<ListenerStats> {
  for (const packet of await recordFirstPackets(count, ALPN, stage.client)) {
    const before = seen(stage.listener.stats());
    await sendPackets([packet], stage.listener.port);
    await counted(stage, (stats) => seen(stats) > before);
  }
  return stage.listener.stats();
}

function seen({ handshakes, retried, refused, ignored, timedOut }: ListenerStats): number {
  return handshakes + retried + refused + ignored + timedOut;
}

quicTest("half handshakes that pile up make newcomers prove their address, and stop no honest client", async () => {
  await using stage = await Stage.open({ handshakesBeforeRetry: 20, maxHandshakes: 30, handshakeTimeout: NEVER });
  const { handshakes, retried, refused, ignored } = await pileUp(stage, 200);
  assert.deepEqual({ handshakes, retried, refused, ignored }, { handshakes: 20, retried: 180, refused: 0, ignored: 0 });
  for (const target of [stage.rawTarget, stage.webTransportTarget]) await stage.pair(target);
  const after = stage.listener.stats();
  assert.deepEqual([after.completed, after.retried, after.handshakes], [2, 182, 20]);
});

quicTest("below the mark nobody is asked to prove anything", async () => {
  await using stage = await Stage.open();
  for (let i = 0; i < 5; i++) await stage.pair();
  const { completed, retried } = stage.listener.stats();
  assert.deepEqual([completed, retried], [5, 0]);
});

quicTest("above the cap of handshakes newcomers get no answer, and come in when others have timed out", async () => {
  const caps = { retry: "never", maxHandshakes: 10 } as const;
  await using stage = await Stage.open({ ...caps, handshakeTimeout: 2_000 });
  const packets = await recordFirstPackets(40, ALPN, stage.client);
  await sendPackets(packets, stage.listener.port);
  const full = await counted(stage, ({ ignored }) => ignored >= 1);
  assert.ok(full.handshakes <= 10, `${full.handshakes} handshakes under way`);
  await stage.dial(stage.rawTarget, { timeout: 30_000 });
  const { timedOut, refused } = stage.listener.stats();
  assert.ok(timedOut > 0);
  assert.equal(refused, 0);
});

quicTest(
  "a client that sends its first packet and nothing more is given up after the time for handshakes",
  async () => {
    await using stage = await Stage.open({ handshakeTimeout: SOON });
    await sendPackets(await recordFirstPackets(3, ALPN, stage.client), stage.listener.port);
    await counted(stage, ({ timedOut }) => timedOut === 3);
    const after = await counted(stage, ({ connections }) => connections === 0);
    assert.deepEqual([after.handshakes, after.completed], [0, 0]);
  },
);

quicTest("a WebTransport client that never sends its request is given up after the time for handshakes", async () => {
  await using stage = await Stage.open({ handshakeTimeout: SOON });
  // Raw QUIC with HTTP/3's ALPN: the handshake is done, and no request follows.
  const client = await stage.dial(stage.rawTarget, { protocols: ["h3"] });
  assert.equal((await client.closed).by, "peer");
  const after = await counted(stage, ({ connections }) => connections === 0);
  assert.deepEqual([after.handshakes, after.completed, after.timedOut], [0, 0, 1]);
  assert.equal(stage.server.census.sessions, 0);
});

quicTest("clients above the cap of connections are refused, and counted", async () => {
  await using stage = await Stage.open({ maxConnections: 1, retry: "never" });
  await stage.pair();
  await assert.rejects(stage.dial());
  assert.equal(stage.listener.stats().refused, 1);
});

quicTest("a closed listener has no counters", async () => {
  await using stage = await Stage.open();
  await stage.pair();
  stage.listener.close();
  assert.ok(Object.values(stage.listener.stats()).every((count) => count === 0));
});
