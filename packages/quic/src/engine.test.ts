import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { listen } from "./listen.ts";
import { sendGarbage } from "./testing/garbage.ts";
import { type Peer, Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";
import { UdpProxy } from "./testing/udp-proxy.ts";

/** Looks until `condition` holds; the test's own timeout ends it otherwise. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

quicTest("10,000 streams of one connection are open at once, and none is left behind", async () => {
  const count = 10_000;
  await using stage = await Stage.open({}, { limits: { maxWaitingStreams: count } });
  const { client, server } = await stage.pair();
  const opened = Array.from({ length: count }, () => client.uni());
  for (const { stream } of opened) stream.write(Buffer.from("hello"));
  const incoming = [];
  for (let i = 0; i < count; i++) incoming.push(await server.unis.next());
  assert.equal(stage.client.census.sends, count);
  assert.equal(stage.server.census.recvs, count);
  for (const { stream } of opened) stream.finish();
  for (const { ends } of incoming) assert.equal(await ends.text(), "hello");
  for (const { ends } of opened) assert.equal(await ends.sent, "delivered");
  assert.deepEqual([stage.client.census.sends, stage.server.census.recvs], [0, 0]);
});

quicTest("streams, connections and endpoints leave nothing behind", async () => {
  await using stage = await Stage.open();
  for (const target of [stage.rawTarget, stage.webTransportTarget]) {
    const { client, server } = await stage.pair(target);
    for (let i = 0; i < 50; i++) {
      const { stream } = client.bidi();
      stream.send.write(Buffer.from("x"));
      if (i % 3 === 0) stream.send.reset(i);
      if (i % 3 === 1) stream.send.finish();
      if (i % 5 === 0) stream.recv.stop(i);
    }
    client.connection.close(0, "");
    await server.closed;
  }
  stage.listener.close();
  const nothing = { sessions: 0, sends: 0, recvs: 0, endpoints: 0 };
  assert.deepEqual({ ...stage.server.census }, nothing);
  assert.deepEqual({ ...stage.client.census }, nothing);
});

quicTest("garbage at the port harms neither connections nor handshakes", async () => {
  const seed = Date.now() >>> 0;
  console.log(`seed ${seed}`);
  await using stage = await Stage.open();
  const before = await stage.pair();
  await sendGarbage(stage.listener.port, 5000, seed);
  await stage.pair();
  before.client.uni().stream.write(Buffer.from("x"));
  await before.server.unis.next();
});

quicTest("heartbeats are answered by the peer's transport, and its application sees nothing of them", async () => {
  await using stage = await Stage.open();
  for (const target of [stage.rawTarget, stage.webTransportTarget]) {
    const { client, server } = await stage.pair(target);
    client.connection.stats();
    client.connection.heartbeat?.(20);
    const before = client.connection.stats().bytesReceived;
    const since: number[] = [];
    for (let look = 0; look < 40; look++) {
      await delay(25);
      since.push(client.connection.stats().sinceReceived as number);
    }
    assert.ok(since.filter((each) => each < 300).length > 30, `${target}: ${since}`);
    assert.ok(client.connection.stats().bytesReceived > before + 500, target);
    client.connection.heartbeat?.(0);
    // The first datagram that it sees is the first that was sent to it.
    assert.ok(client.connection.sendDatagram(Uint8Array.of(7)));
    assert.deepEqual([...(await server.datagrams.next())], [7], target);
  }
});

quicTest("stats tell of the link and of the peer's silence", async () => {
  await using stage = await Stage.open({ quic: { idleTimeout: 30_000 } });
  const proxy = await UdpProxy.to(stage.listener.port);
  const { client } = await stage.pair(`localhost:${proxy.port}`, { quic: { keepAlive: 20 } });
  assert.equal(client.connection.stats().sinceReceived, 0, "the first question starts the clock");
  await delay(500);
  const alive = client.connection.stats();
  assert.ok((alive.sinceReceived as number) < 300, `${alive.sinceReceived} ms, although keep-alives are answered`);
  assert.ok((alive.rtt as number) > 0);
  assert.ok((alive.sendRate as number) > 0);
  assert.ok(alive.bytesSent > 1000 && alive.bytesReceived > 1000);
  const silentSince = performance.now();
  proxy.silence();
  await eventually(() => (client.connection.stats().sinceReceived as number) >= 500);
  const waited = performance.now() - silentSince;
  assert.ok(waited >= 380, `500 ms of silence were claimed after ${waited} ms`);
  proxy.close();
});

quicTest("a session's counters start anew for a peer that is back after a long quiet", async () => {
  await using stage = await Stage.open();
  const { client } = await stage.pair();
  await eventually(() => (client.connection.stats().sinceReceived as number) > 200);
  const { stream, ends } = client.uni();
  stream.finish();
  await ends.sent;
  assert.ok((client.connection.stats().sinceReceived as number) < 200);
});

quicTest("a terminated worker ends its connections, and its process lives on", async () => {
  await using stage = await Stage.open();
  const workerData = { target: stage.webTransportTarget, ca: stage.authority.pem, protocol: "moq-lite-06" };
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(new URL("./testing/idle-client.ts", import.meta.url), { workerData });
    const peer = await stage.arrived.next();
    await peer.unis.next();
    await worker.terminate();
    assert.notEqual((await peer.closed).by, "local");
  }
  await stage.pair();
});

quicTest("a worker may end right after it has begun", async () => {
  await using stage = await Stage.open();
  const workerData = { target: stage.rawTarget, ca: stage.authority.pem, protocol: "moq-lite-06" };
  const workers = Array.from(
    { length: 4 },
    () => new Worker(new URL("./testing/idle-client.ts", import.meta.url), { workerData }),
  );
  await Promise.all(workers.map((worker) => once(worker, "online").then(() => worker.terminate())));
  await stage.dial();
});

quicTest("a process with nothing open exits by itself, and its goodbye arrives", async () => {
  await using stage = await Stage.open();
  const script = `
    const { dial } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
    dial(${JSON.stringify(stage.webTransportTarget)}, { protocols: [], ca: process.env.CA }, {
      onConnection: (connection) => { setTimeout(() => connection.close(9, "done"), 50); return { onClosed() {} }; },
      onFailed: (reason) => { throw new Error(reason); },
    });`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, CA: stage.authority.pem },
    timeout: 30_000,
  });
  const peer = await stage.arrived.next();
  await run;
  assert.deepEqual(await peer.closed, { code: 9, reason: "done", by: "peer" });
});

quicTest("closing an engine closes its connections, and tells their owners", async () => {
  await using stage = await Stage.open();
  const { client, server } = await stage.pair();
  const waiting: Promise<Peer> = stage.arrived.next();
  stage.client.close();
  stage.client.close();
  assert.equal((await client.closed).by, "local");
  assert.equal((await server.closed).by, "peer");
  client.connection.close(1, "");
  client.uni().stream.write(Buffer.from("x"));
  assert.equal(client.connection.sendDatagram(Buffer.from("x")), false);
  assert.equal(client.connection.maxDatagramSize, 0);
  await Promise.race([waiting, Promise.resolve()]);
});

quicTest("a closed engine neither dials nor listens, and says so", async () => {
  await using stage = await Stage.open();
  stage.client.close();
  await assert.rejects(stage.dial(), /the engine is closed/);
  const certificates = [stage.certificate];
  const again = () => listen({ address: "127.0.0.1:0", certificates, engine: stage.client, onRequest: () => {} });
  assert.throws(again, /the engine is closed/);
});

quicTest("an application that throws in an event harms only itself", async (context) => {
  await using stage = await Stage.open();
  const { client, server } = await stage.pair();
  const thrown = new Promise((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
  context.after(() => process.setUncaughtExceptionCaptureCallback(null));
  const original = server.onUni.bind(server);
  server.onUni = () => {
    server.onUni = original;
    throw new Error("a bug of the application");
  };
  const { stream, ends } = client.uni();
  stream.write(Buffer.from("x"));
  client.uni().stream.write(Buffer.from("y"));
  await server.unis.next();
  assert.deepEqual(await ends.sent, { stopped: 0 });
  assert.match(String(await thrown), /a bug of the application/);
});

quicTest("a flood of events leaves the event loop its turns", async () => {
  await using stage = await Stage.open({}, { limits: { maxConnectionReceive: 64 << 10 } });
  const { client, server } = await stage.pair();
  let drains = 0;
  let inOneTurn = 0;
  let most = 0;
  let over = false;
  const { dispatcher } = stage.server;
  const drain = dispatcher.drain.bind(dispatcher);
  dispatcher.drain = () => {
    drains += 1;
    inOneTurn += 1;
    most = Math.max(most, inOneTurn);
    // Work, so that the next events are there before these are done with.
    const until = performance.now() + 1;
    drain();
    while (performance.now() < until);
  };
  const turn = (): void => {
    inOneTurn = 0;
    if (!over) setImmediate(turn);
  };
  turn();
  const { stream } = client.uni();
  stream.write(new Uint8Array(4 << 20));
  stream.finish();
  const { ends } = await server.unis.next();
  await ends.received;
  over = true;
  assert.equal(ends.bytes, 4 << 20);
  assert.ok(drains > 20, `${drains} batches are no flood`);
  assert.ok(most <= 3, `${most} batches in one turn of the event loop`);
});

quicTest("a closed engine neither listens nor dials, and says so", async () => {
  await using stage = await Stage.open();
  const target = stage.rawTarget;
  stage.client.close();
  await assert.rejects(stage.dial(target), /closed/);
  const options = { address: "127.0.0.1:0", certificates: [stage.certificate], onRequest: () => {} };
  assert.throws(() => listen({ ...options, engine: stage.client }), /closed/);
});

quicTest("sizes and times beyond 32 bits are as good as the largest", async () => {
  const huge = 2 ** 32;
  const limits = { maxConnectionQueue: huge, maxConnectionReceive: huge, maxUniStreams: huge, maxStreamQueue: huge };
  const quic = { receiveWindow: huge, streamReceiveWindow: huge, sendWindow: huge, idleTimeout: huge };
  await using stage = await Stage.open({ quic }, { limits });
  const { client, server } = await stage.pair(stage.rawTarget, { quic });
  const { stream } = client.uni();
  stream.write(new Uint8Array(100_000));
  stream.finish();
  const { ends } = await server.unis.next();
  assert.equal(await ends.received, "fin");
  assert.equal(ends.bytes, 100_000);
});

quicTest("limits that are not given are the defaults of the interface", async () => {
  await using stage = await Stage.open({}, { limits: { highMark: 1000 } });
  assert.deepEqual(stage.client.limits, { ...DEFAULT_CARRIER_LIMITS, highMark: 1000 });
});
