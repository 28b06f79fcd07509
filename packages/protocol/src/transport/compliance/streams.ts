import assert from "node:assert/strict";
import { firstDifference, pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { type Side, withPair } from "./pair.ts";
import { BidiRecord, SendRecord } from "./recording.ts";
import type { Case } from "./suite.ts";

/** Answers each two-way stream that arrives with its own bytes and an end. */
function echo(side: Side): void {
  side.record.whenBidi = ({ stream, record }) => {
    record.recv.react = () => {
      if (!record.recv.fin) return;
      stream.send.write(record.recv.bytes());
      stream.send.finish();
    };
  };
}

async function opensFromBothSides(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }, stage) => {
    echo(client);
    echo(server);
    const opened = [client, server].flatMap((side) =>
      Array.from({ length: 50 }, (_, i) => {
        const { stream, record } = side.bidi();
        stream.send.write(pattern(500 + i, i));
        stream.send.finish();
        return { record, sent: pattern(500 + i, i) };
      }),
    );
    await stage.until(() => opened.every(({ record }) => record.recv.fin), "a hundred answers");
    for (const { record, sent } of opened) assert.equal(firstDifference(record.recv.bytes(), sent), -1);
    assert.equal(server.record.bidis.length, 50);
    assert.equal(client.record.bidis.length, 50);
  });
}

async function opensOneAfterTheOther(harness: Harness): Promise<void> {
  const count = 10_000;
  await withPair(harness, { maxUniStreams: 100 }, async ({ client, server }, stage) => {
    let fins = 0;
    let bytes = 0;
    server.record.whenUni = ({ record }) => {
      record.react = () => {
        if (!record.fin) return;
        fins += 1;
        bytes += record.length;
      };
    };
    const record = new SendRecord(client.record.life);
    const handles = new Set<number>();
    for (let i = 0; i < count; i += 50) {
      for (let j = 0; j < 50; j++) {
        const stream = client.connection.openUni(0, record);
        handles.add(stream.handle);
        stream.write(pattern(10, i + j));
        stream.finish();
      }
      await stage.until(() => fins === i + 50, `${i + 50} streams`);
    }
    await stage.until(() => record.ends.size === count, "onDelivered of each");
    assert.equal(bytes, 10 * count);
    assert.equal(handles.size, count, "a handle is not reused soon");
    assert.equal(client.connection.stats().bytesQueued, 0);
  });
}

async function holdsManyOpen(harness: Harness): Promise<void> {
  const count = 2_000;
  await withPair(harness, {}, async ({ client, server }, stage) => {
    echo(server);
    const opened = Array.from({ length: count }, () => {
      const record = new BidiRecord(client.record.life);
      const stream = client.connection.openBidi(0, record);
      stream.send.write(Uint8Array.of(1));
      return { stream, record };
    });
    await stage.until(() => server.record.bidis.length === count, "two thousand streams");
    for (const { stream } of opened) {
      stream.send.write(Uint8Array.of(2));
      stream.send.finish();
    }
    await stage.until(() => opened.every(({ record }) => record.recv.fin), "two thousand answers");
    assert.ok(opened.every(({ record }) => firstDifference(record.recv.bytes(), Uint8Array.of(1, 2)) === -1));
  });
}

async function waitsForAllowance(harness: Harness): Promise<void> {
  await withPair(harness, { maxUniStreams: 10, maxBidiStreams: 10 }, async ({ client, server }, stage) => {
    const opened = Array.from({ length: 40 }, (_, i) => {
      const uni = client.uni();
      uni.stream.write(pattern(100, i));
      return uni;
    });
    await stage.until(() => server.record.unis.length === 10, "as many streams as are allowed");
    await stage.settle({ client, server });
    assert.equal(server.record.unis.length, 10);
    assert.ok(opened.every(({ stream }) => stream.handle !== 0));
    for (const { stream } of opened) stream.finish();
    await stage.until(() => server.record.unis.filter(({ record }) => record.fin).length === 40, "all of them");
    assert.ok(server.record.unis.every(({ record }) => record.length === 100));
    await stage.until(() => opened.every(({ stream, record }) => record.end(stream.handle)), "onDelivered of each");
  });
}

async function extendsTheAllowance(harness: Harness): Promise<void> {
  await withPair(harness, { maxBidiStreams: 10 }, async ({ client, server }, stage) => {
    const open = (): void => client.bidi().stream.send.write(Uint8Array.of(1));
    const seen = (count: number) => stage.until(() => server.record.bidis.length === count, `${count} streams`);
    for (let i = 0; i < 400; i++) open();
    await seen(10);
    client.uni().stream.write(Uint8Array.of(2));
    await stage.until(() => server.record.unis.length === 1, "what was written after all of them");
    assert.equal(server.record.bidis.length, 10);
    // A binding without this call leaves it at the limit of everybody.
    if (!server.connection.allowBidi) return;
    server.connection.allowBidi(300);
    await seen(300);
    server.connection.allowBidi(20);
    for (const { stream, record } of server.record.bidis.slice(0, 200)) {
      stream.recv.stop(0);
      stream.send.reset(0);
      record.recv.stopped = true;
    }
    await seen(400);
  });
}

async function admitsByPriority(harness: Harness): Promise<void> {
  await withPair(harness, { maxUniStreams: 5 }, async ({ client, server }, stage) => {
    for (let i = 0; i < 5; i++) client.uni().stream.write(Uint8Array.of(0));
    await stage.until(() => server.record.unis.length === 5, "as many streams as are allowed");
    const low = Array.from({ length: 10 }, () => client.uni(1).stream);
    for (const stream of low) stream.write(Uint8Array.of(1));
    const high = Array.from({ length: 5 }, () => client.uni(7).stream);
    for (const stream of high) stream.write(Uint8Array.of(7));
    const lifted = low.at(-1);
    lifted?.setPriority(9);
    lifted?.write(Uint8Array.of(9));
    await stage.settle({ client, server });
    assert.equal(server.record.unis.length, 5);
    for (const { stream } of server.record.unis.slice(0, 5)) stream.stop(0);
    for (const { record } of server.record.unis.slice(0, 5)) record.stopped = true;
    await stage.until(() => server.record.unis.slice(5).filter(({ record }) => record.length > 0).length === 5, "five");
    const firsts = server.record.unis.slice(5).map(({ record }) => record.bytes()[0]);
    await stage.until(() => server.record.unis.some(({ record }) => record.bytes()[1] === 9), "the lifted one");
    assert.deepEqual(firsts.sort(), [1, 7, 7, 7, 7]);
  });
}

async function givesUpWaiting(harness: Harness): Promise<void> {
  await withPair(harness, { maxUniStreams: 2, maxBidiStreams: 20 }, async ({ client, server }, stage) => {
    const holding = [client.uni(), client.uni()];
    for (const { stream } of holding) stream.write(Uint8Array.of(1));
    await stage.until(() => server.record.unis.length === 2, "as many streams as are allowed");
    const waiting = Array.from({ length: 20 }, () => client.uni(5));
    for (const { stream } of waiting) stream.write(pattern(1_000, 1));
    for (const { stream } of waiting) stream.reset(3);
    assert.ok(waiting.every(({ stream }) => stream.queued === 0));
    const last = client.uni();
    last.stream.write(Uint8Array.of(42));
    last.stream.finish();
    for (const { stream } of holding) stream.finish();
    await stage.until(
      () => server.record.unis.some(({ record }) => record.fin && record.bytes()[0] === 42),
      "a stream that waited behind those that were given up",
    );
    assert.ok(server.record.unis.every(({ record }) => record.length <= 1));
    await stage.settle({ client, server });
  });
}

async function freesAllowance(harness: Harness): Promise<void> {
  await withPair(harness, { maxUniStreams: 4, maxBidiStreams: 4 }, async ({ client, server }, stage) => {
    let ended = 0;
    server.record.whenUni = ({ stream, record }) => {
      if (record.life.closed === undefined && server.record.unis.length % 3 === 0) {
        stream.stop(1);
        record.stopped = true;
        ended += 1;
        return;
      }
      record.react = () => {
        if (record.ended) ended += 1;
      };
    };
    for (let i = 0; i < 60; i++) {
      const { stream } = client.uni();
      stream.write(pattern(100, i));
      if (i % 3 === 1) {
        await stage.until(() => server.record.unis.length === i + 1, "the stream");
        stream.reset(4);
      } else {
        stream.finish();
      }
      await stage.until(() => ended === i + 1, `the end of stream ${i}`);
    }
    echo(server);
    for (let i = 0; i < 20; i++) {
      const { stream, record } = client.bidi();
      stream.send.write(pattern(100, i));
      stream.send.finish();
      await stage.until(() => record.recv.fin, `answer ${i}`);
    }
  });
}

export const streamCases: readonly Case[] = [
  { name: "two-way streams are opened by both sides at once", run: opensFromBothSides },
  { name: "10,000 streams come and go in one connection", run: opensOneAfterTheOther },
  { name: "2,000 two-way streams are open at once", run: holdsManyOpen },
  { name: "streams above the peer's limit wait and arrive in the end", unless: "unlimited", run: waitsForAllowance },
  {
    name: "a peer that is known is allowed more two-way streams, and keeps them",
    unless: "unlimited",
    run: extendsTheAllowance,
  },
  {
    name: "streams that wait are admitted by priority, which may change meanwhile",
    unless: "unlimited",
    run: admitsByPriority,
  },
  { name: "a stream that is reset while it waits is gone", unless: "unlimited", run: givesUpWaiting },
  { name: "fin, reset and stop all give the stream's place back", run: freesAllowance },
];
