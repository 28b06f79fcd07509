import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";
import { UdpProxy } from "./testing/udp-proxy.ts";

/** Keeps the JavaScript thread, as an application does that is busy, until it is so; not for ever. */
function busyUntil(so: () => boolean): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let turns = 0; turns < 2_000 && !so(); turns++) Atomics.wait(cell, 0, 0, 5);
  assert.ok(so());
}

quicTest(
  "of streams that wait for the peer only so many do: the least urgent, then the oldest are given up",
  async () => {
    await using stage = await Stage.open({}, { limits: { maxUniStreams: 10, maxWaitingStreams: 20 } });
    const { client, server } = await stage.pair();
    const beside = await stage.pair();
    const open = Array.from({ length: 10 }, () => client.uni(100));
    for (const { stream } of open) stream.write(Buffer.from("open"));
    const arrived = [];
    for (let i = 0; i < 10; i++) arrived.push(await server.unis.next());
    const urgent = Array.from({ length: 5 }, () => client.uni(9));
    const groups = Array.from({ length: 30 }, (_, i) => client.uni(i < 15 ? 1 : 2));
    for (const { stream } of [...urgent, ...groups]) stream.finish();
    // Twenty may wait: the urgent ones, and the last fifteen groups, which are the more urgent.
    for (const { ends } of groups.slice(0, 15)) assert.equal(await ends.sent, "overflow");
    assert.equal(stage.client.load.givenUp, 15);
    const latest = Array.from({ length: 3 }, () => client.uni(2));
    for (const { stream } of latest) stream.finish();
    for (const { ends } of groups.slice(15, 18)) assert.equal(await ends.sent, "overflow");
    for (const { stream } of open) stream.finish();
    for (const { ends } of arrived) assert.equal(await ends.text(), "open");
    for (const { ends } of [...urgent, ...groups.slice(18), ...latest]) assert.equal(await ends.sent, "delivered");
    beside.client.uni().stream.finish();
    await beside.server.unis.next();
    assert.deepEqual([stage.client.load.givenUp, stage.client.census.sends], [18, 1]);
  },
);

quicTest("what all connections hold together has a cap; above it those are read that hold little", async () => {
  const maxReceive = 512 << 10;
  await using stage = await Stage.open({}, { limits: { maxReceive, maxStreamQueue: 8 << 20 } });
  const size = 2 << 20;
  const greedy = [];
  for (let i = 0; i < 4; i++) {
    const { client, server } = await stage.pair();
    const { stream } = client.uni();
    stream.write(Buffer.from("x"));
    greedy.push({ stream, ends: (await server.unis.next()).ends });
  }
  const modest = await stage.pair();
  const question = modest.client.uni();
  question.stream.write(Buffer.from("x"));
  const { ends } = await modest.server.unis.next();
  for (const { stream } of greedy) {
    stream.write(new Uint8Array(size));
    stream.finish();
  }
  busyUntil(() => stage.server.load.heldBack >= greedy.length);
  const { received } = stage.server.load;
  question.stream.write(new Uint8Array(1_000));
  busyUntil(() => stage.server.load.received >= received + 1_000);
  // Beyond the cap: a read that was under way and 64 KiB of each connection.
  assert.ok(stage.server.load.received <= maxReceive + 5 * (128 << 10), `${stage.server.load.received} bytes`);
  for (const { ends } of greedy) assert.equal(await ends.received, "fin");
  assert.deepEqual(
    greedy.map(({ ends }) => ends.bytes),
    Array(greedy.length).fill(1 + size),
  );
  question.stream.finish();
  assert.equal(await ends.received, "fin");
  assert.deepEqual([ends.bytes, stage.server.load.received], [1_001, 0]);
});

quicTest("a client's window grows when it is short, and all windows together by no more than the cap", async () => {
  const maxReceive = 100 << 10;
  const first = 16 << 10;
  await using stage = await Stage.open({ quic: { firstReceiveWindow: first } }, { limits: { maxReceive } });
  const link = await UdpProxy.to(stage.listener.port);
  link.throttle(4_000_000);
  const size = 1 << 20;
  const pairs = [await stage.pair(`localhost:${link.port}`), await stage.pair(`localhost:${link.port}`)];
  for (const { client } of pairs) {
    const { stream } = client.uni();
    stream.write(new Uint8Array(size));
    stream.finish();
  }
  let most = 0;
  for (const { server } of pairs) {
    const { ends } = await server.unis.next();
    while (ends.bytes < size) {
      most = Math.max(most, stage.server.load.raised);
      await turn();
    }
    assert.equal(await ends.received, "fin");
  }
  assert.ok(most >= first && most <= maxReceive, `${most} bytes`);
  assert.ok(stage.server.load.notRaised > 0, "there was no room for more");
  for (const { client } of pairs) client.connection.close(0, "");
  for (const { server } of pairs) await server.closed;
  while (stage.server.load.raised > 0) await turn();
  link.close();
});
