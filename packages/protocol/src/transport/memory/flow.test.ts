import assert from "node:assert/strict";
import { test } from "node:test";
import { pattern } from "../compliance/bytes.ts";
import { twoEnds } from "../compliance/two-ends.ts";

const KIB = 1024;

test("as long as any of the receive budget is left, other streams flow", () => {
  const { clock, client, server } = twoEnds({ limits: { maxConnectionReceive: 256 * KIB } });
  server.record.whenUni = ({ stream }) => stream.pause();
  for (const size of [64, 64, 64, 60]) client.uni().stream.write(pattern(size * KIB, 1));
  clock.advance(10);
  server.record.whenUni = undefined;
  const { stream } = client.uni();
  stream.write(pattern(500 * KIB, 1));
  stream.finish();
  clock.advance(10);
  assert.equal(server.record.unis[4]?.record.fin, true);
});

test("a budget that is used up stops everything but ends of streams, until something is read", () => {
  const { clock, client, server } = twoEnds({ limits: { maxConnectionReceive: 256 * KIB } });
  server.record.whenUni = ({ stream }) => stream.pause();
  for (let i = 0; i < 4; i++) client.uni().stream.write(pattern(100 * KIB, i));
  clock.advance(10);
  server.record.whenUni = undefined;
  const waiting = client.uni().stream;
  waiting.write(pattern(10, 1));
  const empty = client.uni().stream;
  empty.finish();
  clock.advance(10);
  assert.equal(server.record.unis.length, 5);
  assert.equal(server.record.unis[4]?.record.fin, true);
  assert.equal(waiting.queued, 10);
  assert.equal(client.connection.stats().bytesQueued, 4 * 36 * KIB + 10);
  server.record.unis[2]?.stream.resume();
  clock.advance(10);
  assert.equal(waiting.queued, 0);
  assert.equal(server.record.unis[2]?.record.length, 100 * KIB);
});

test("what happens to a two-way stream while it waits for its turn happens to it then", () => {
  const { clock, client, server, signal } = twoEnds({ limits: { maxBidiStreams: 1 } });
  const holding = client.bidi();
  const waiting = client.bidi();
  waiting.stream.send.write(pattern(100, 1));
  waiting.stream.send.reset(7);
  const deaf = client.bidi();
  deaf.stream.send.write(pattern(100, 2));
  deaf.stream.recv.stop(8);
  deaf.record.recv.stopped = true;
  const abandoned = client.bidi();
  abandoned.stream.send.reset(1);
  abandoned.stream.recv.stop(1);
  clock.advance(10);
  assert.equal(server.record.bidis.length, 0);
  const endAll = () => {
    for (const { stream } of server.record.bidis) {
      stream.send.finish();
      stream.recv.stop(0);
    }
    clock.advance(10);
  };
  holding.stream.send.finish();
  clock.advance(10);
  endAll();
  assert.equal(server.record.bidis.length, 2);
  assert.equal(server.record.bidis[1]?.record.recv.reset, 7);
  assert.equal(waiting.record.recv.fin, false);
  endAll();
  const third = server.record.bidis[2];
  assert.ok(third);
  assert.deepEqual(third.record.send.end(third.stream.send.handle), { by: "stopped", code: 8 });
  assert.equal(third.record.recv.length, 100);
  for (const { record } of server.record.bidis) record.recv.stopped = true;
  endAll();
  assert.equal(server.record.bidis.length, 3, "a stream that was given up in both directions never comes");
  client.bidi().stream.send.write(pattern(1, 1));
  clock.advance(10);
  assert.equal(server.record.bidis.length, 4);
  assert.deepEqual(signal.violations, []);
});

test("writes to many streams of many connections cost one copy", () => {
  const ends = twoEnds();
  const second = ends.connect();
  const streams = [ends.client, second.client].map((side) => side.uni().stream.handle);
  ends.network.carrier.write(Uint32Array.from(streams), pattern(1_000, 1));
  ends.clock.advance(10);
  const [first, other] = [ends.server, second.server].map(({ record }) => record.unis[0]?.record.chunks[0]);
  assert.equal(first?.buffer, other?.buffer);
});

test("an exception in one receiver leaves the other streams whole", () => {
  const { clock, client, server } = twoEnds({ delay: 5 });
  server.record.whenUni = ({ record }) => {
    if (server.record.unis.length !== 2) return;
    record.react = () => {
      throw new Error("a mistake of the application");
    };
  };
  for (let i = 0; i < 4; i++) {
    const { stream } = client.uni();
    stream.write(pattern(100, i));
    stream.finish();
  }
  assert.throws(() => clock.advance(100), /a mistake of the application/);
  clock.advance(100);
  assert.deepEqual(
    server.record.unis.map(({ record }) => record.fin),
    [true, false, true, true],
  );
});

test("a queue that passes the high mark and comes down before that is told: pressure, then relief", () => {
  const { clock, signal, client } = twoEnds({ limits: { highMark: 10 * KIB, lowMark: 2 * KIB } });
  const { stream, record } = client.uni();
  let refills = 3;
  record.react = () => {
    // Written while the link takes bytes up: they are gone before anybody can be told that they waited.
    if (record.pressed.size > 0 || record.drained === 0 || refills === 0) return;
    refills -= 1;
    stream.write(pattern(20 * KIB, refills));
  };
  stream.write(pattern(20 * KIB, 1));
  assert.deepEqual(record.pressures, [], "not from inside the call");
  clock.advance(10);
  assert.deepEqual([record.pressures.length, record.drained, record.pressed.size], [4, 4, 0]);
  assert.deepEqual(signal.violations, []);
});
