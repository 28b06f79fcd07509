import assert from "node:assert/strict";
import { test } from "node:test";
import { firstDifference, pattern } from "../compliance/bytes.ts";
import { CLIENT, SERVER, twoEnds } from "../compliance/two-ends.ts";

test("bytes arrive after the delay of their direction, to the millisecond", () => {
  const { clock, network, client, server } = twoEnds({ delay: 25 });
  network.way(SERVER, CLIENT).delay = 40;
  assert.equal(client.connection.stats().rtt, 65);
  client.uni().stream.write(pattern(10, 1));
  server.uni().stream.write(pattern(10, 1));
  clock.advance(24.9);
  assert.equal(server.record.unis.length, 0);
  clock.advance(0.2);
  assert.equal(server.record.unis.length, 1);
  clock.advance(14.8);
  assert.equal(client.record.unis.length, 0);
  clock.advance(0.2);
  assert.equal(client.record.unis.length, 1);
});

test("a rate spreads bytes over time and is shared by the streams of a connection", () => {
  const { clock, client, server } = twoEnds({ rate: 1_000 });
  assert.equal(client.connection.stats().sendRate, 8_000_000);
  const streams = [client.uni().stream, client.uni().stream];
  for (const stream of streams) {
    stream.write(pattern(60_000, 1));
    stream.finish();
  }
  clock.advance(60);
  const lengths = server.record.unis.map(({ record }) => record.length);
  assert.equal(lengths.length, 2);
  for (const length of lengths) assert.ok(Math.abs(length - 30_000) <= 1_200, `${length} bytes after 60 ms`);
  clock.advance(59);
  assert.ok(server.record.unis.some(({ record }) => !record.fin));
  clock.advance(2);
  assert.ok(server.record.unis.every(({ record }) => record.fin));
});

test("under a rate, the better stream goes at the next piece", () => {
  const { clock, client, server } = twoEnds({ rate: 1_000 });
  client.uni(1).stream.write(pattern(100_000, 1));
  clock.advance(10);
  client.uni(2).stream.write(pattern(5_000, 2));
  clock.advance(7);
  assert.equal(server.record.unis[1]?.record.length, 5_000);
  assert.ok((server.record.unis[0]?.record.length ?? 0) < 13_000);
});

test("what a reset takes back does not use the link", () => {
  const { clock, client, server } = twoEnds({ rate: 100 });
  const { stream } = client.uni();
  stream.write(pattern(1_000_000, 1));
  clock.advance(100);
  stream.reset(2);
  const next = client.uni().stream;
  next.write(pattern(1_000, 2));
  next.finish();
  clock.advance(30);
  assert.equal(server.record.unis[0]?.record.reset, 2);
  assert.equal(server.record.unis[1]?.record.fin, true);
});

test("jitter lets streams overtake each other, but not bytes within a stream", () => {
  const { clock, network, client, server, signal } = twoEnds({ delay: 10 });
  let turn = 0;
  network.way(CLIENT, SERVER).jitter = () => [50, 0, 20, 5, 35][turn++ % 5] ?? 0;
  const streams = Array.from({ length: 4 }, () => client.uni().stream);
  for (let i = 0; i < 50; i++) {
    for (const [seed, stream] of streams.entries()) stream.write(Uint8Array.of(seed, i));
    clock.advance(3);
  }
  for (const stream of streams) stream.finish();
  clock.advance(1_000);
  const order = server.record.unis.map(({ record }) => record.bytes()[0]);
  assert.notDeepEqual(order, [0, 1, 2, 3], "some stream was overtaken");
  for (const { record } of server.record.unis) {
    const expected = Uint8Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? (record.bytes()[0] ?? 9) : i >> 1));
    assert.equal(firstDifference(record.bytes(), expected), -1);
    assert.equal(record.fin, true);
  }
  assert.deepEqual(signal.violations, []);
});

test("what a server says at once never overtakes the connection itself", () => {
  let jitter = 100;
  const early = twoEnds({ delay: 1 });
  early.network.way(SERVER, CLIENT).jitter = () => {
    jitter = Math.max(0, jitter - 50);
    return jitter;
  };
  const { client, server } = early.connect();
  server.uni().stream.write(pattern(10, 1));
  early.clock.advance(1_000);
  assert.equal(client.record.unis.length, 1);
});

test("lost datagrams are lost and counted", () => {
  const { clock, network, client, server } = twoEnds();
  let turn = 0;
  network.way(CLIENT, SERVER).loses = () => turn++ % 4 === 0;
  for (let i = 0; i < 100; i++) assert.equal(client.connection.sendDatagram(Uint8Array.of(i)), true);
  clock.advance(10);
  assert.equal(server.record.datagrams.length, 75);
  assert.equal(client.connection.stats().packetsLost, 25);
});

test("datagrams beyond what waits for the link are dropped at once", () => {
  const { clock, client, server } = twoEnds({ rate: 100 });
  let taken = 0;
  while (client.connection.sendDatagram(new Uint8Array(1_000))) taken += 1;
  assert.ok(taken >= 60 && taken <= 70, `${taken} datagrams`);
  clock.advance(10_000);
  assert.equal(server.record.datagrams.length, taken);
  assert.equal(client.connection.sendDatagram(new Uint8Array(1_201)), false);
});

test("a connection at rest leaves nothing scheduled", () => {
  const { clock, client, server } = twoEnds({ delay: 10 });
  const { stream } = client.uni();
  stream.write(pattern(10_000, 1));
  stream.finish();
  clock.advance(10_000);
  assert.equal(server.record.unis[0]?.record.fin, true);
  assert.equal(clock.pending, 0);
});

test("every way is shaped once, when it is first used", () => {
  const shaped: string[] = [];
  const { clock, client, server } = twoEnds({
    shape: (way, from, to) => {
      shaped.push(`${from} ${to}`);
      way.delay = from === CLIENT ? 3 : 4;
    },
  });
  assert.deepEqual(shaped, [`${CLIENT} ${SERVER}`, `${SERVER} ${CLIENT}`]);
  assert.equal(client.connection.stats().rtt, 7);
  client.uni().stream.write(pattern(1, 1));
  clock.advance(3.1);
  assert.equal(server.record.unis.length, 1);
});

test("the request shows who asks for what, with which certificates", () => {
  const { clock, network } = twoEnds();
  const certificate = pattern(20, 1);
  let seen = "";
  network.listen("other.test:1", ({ info, offers, reject }) => {
    seen = `${info.remote} ${info.authority} ${info.path} ${offers.join(",")} ${info.peerCertificates[0] === certificate}`;
    reject(404);
  });
  const events: string[] = [];
  network.dial(
    "other.test:1",
    { from: "here.test:2", path: "/p?q", authority: "name.test", protocols: ["a", "b"], certificates: [certificate] },
    {
      onConnection: () => {
        throw new Error("nobody let us in");
      },
      onFailed: (reason, status) => events.push(`${reason}, ${status}`),
    },
  );
  clock.advance(10);
  assert.equal(seen, "here.test:2 name.test /p?q a,b true");
  assert.deepEqual(events, ["refused with status 404, 404"]);
});

test("a protocol that was not offered cannot be accepted", () => {
  const { clock, network } = twoEnds();
  let thrown: unknown;
  network.listen("other.test:1", (request) => {
    try {
      request.accept("c", () => assert.fail("let in"));
    } catch (error) {
      thrown = error;
      request.reject(400);
    }
  });
  network.dial("other.test:1", { protocols: ["a"] }, { onConnection: () => assert.fail("let in"), onFailed: () => {} });
  clock.advance(10);
  assert.ok(thrown instanceof RangeError);
});
