import assert from "node:assert/strict";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { type Pair, type Stage, withPair } from "./pair.ts";
import type { AcceptedBidi, AcceptedUni } from "./recording.ts";
import type { Case } from "./suite.ts";

/** Codes at the edges of what bindings encode. */
const CODES = [0, 1, 0x36, 2 ** 31, 2 ** 32 - 1];

/** A small receive budget, so that a paused stream blocks its sender soon. */
const TIGHT = { maxConnectionReceive: 1 << 20 };

/** More than any binding takes up for a paused stream within `TIGHT`, and less than the cap of a stream's queue. */
const MORE_THAN_WINDOWS = 3 << 20;

async function firstUni(pair: Pair, stage: Stage): Promise<AcceptedUni> {
  await stage.until(() => pair.server.record.unis.length > 0, "a stream");
  const uni = pair.server.record.unis[0];
  assert.ok(uni);
  return uni;
}

async function firstBidi(pair: Pair, stage: Stage): Promise<AcceptedBidi> {
  await stage.until(() => pair.server.record.bidis.length > 0, "a stream");
  const bidi = pair.server.record.bidis[0];
  assert.ok(bidi);
  return bidi;
}

async function finishesEmpty(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.uni();
    stream.finish();
    await stage.until(() => pair.server.record.unis[0]?.record.fin === true, "the end of the stream");
    assert.equal(pair.server.record.unis[0]?.record.length, 0);
    await stage.until(() => record.end(stream.handle)?.by === "delivered", "onDelivered");
  });
}

async function finishesOnce(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.uni();
    stream.write(pattern(10, 1));
    stream.finish();
    stream.finish();
    stream.write(pattern(10, 2));
    await stage.until(() => pair.server.record.unis[0]?.record.fin === true, "the end of the stream");
    await stage.until(() => record.end(stream.handle) !== undefined, "onDelivered");
    stream.write(pattern(10, 3));
    stream.finish();
    stream.reset(7);
    stream.setPriority(9);
    assert.equal(stream.queued, 0);
    await stage.settle(pair);
    assert.equal(pair.server.record.unis[0]?.record.length, 10);
  });
}

async function resets(harness: Harness): Promise<void> {
  for (const code of CODES) {
    await withPair(harness, {}, async (pair, stage) => {
      const { stream, record } = pair.client.uni();
      stream.write(pattern(100, 1));
      const uni = await firstUni(pair, stage);
      stream.reset(code);
      stream.reset(code ^ 1);
      stream.write(pattern(100, 2));
      stream.finish();
      await stage.until(() => uni.record.reset !== undefined, "onReset");
      assert.equal(uni.record.reset, code);
      await stage.settle(pair);
      assert.equal(record.end(stream.handle), undefined, "a reset of our own is not reported to us");
    });
  }
}

async function stops(harness: Harness): Promise<void> {
  for (const code of CODES) {
    await withPair(harness, {}, async (pair, stage) => {
      const { stream, record } = pair.client.uni();
      stream.write(pattern(100, 1));
      const uni = await firstUni(pair, stage);
      uni.stream.stop(code);
      uni.record.stopped = true;
      uni.stream.stop(code ^ 1);
      await stage.until(() => record.end(stream.handle) !== undefined, "onStopped");
      assert.deepEqual(record.end(stream.handle), { by: "stopped", code });
      stream.write(pattern(100, 2));
      stream.finish();
      stream.reset(3);
      assert.equal(stream.queued, 0);
      await stage.settle(pair);
    });
  }
}

async function resetsBothWays(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.bidi();
    stream.send.write(pattern(100, 1));
    const bidi = await firstBidi(pair, stage);
    bidi.stream.send.reset(11);
    stream.send.reset(12);
    await stage.until(() => record.recv.reset === 11 && bidi.record.recv.reset === 12, "both resets");
  });
}

/** A client stream with far more queued than the paused server lets through. */
async function blocked(pair: Pair, stage: Stage) {
  pair.server.record.whenUni = ({ stream }) => stream.pause();
  const { stream, record } = pair.client.uni();
  stream.write(pattern(MORE_THAN_WINDOWS, 1));
  const uni = await firstUni(pair, stage);
  await stage.settle(pair);
  return { stream, record, uni };
}

async function resetsWhileBlocked(harness: Harness): Promise<void> {
  await withPair(harness, TIGHT, async (pair, stage) => {
    const { stream, uni } = await blocked(pair, stage);
    assert.notEqual(stream.queued, 0);
    stream.reset(2);
    assert.equal(stream.queued, 0);
    await stage.until(() => uni.record.reset === 2, "a reset that comes through a pause");
    uni.stream.resume();
    await stage.settle(pair);
  });
}

async function stopsWhileBlocked(harness: Harness): Promise<void> {
  await withPair(harness, TIGHT, async (pair, stage) => {
    const { stream, record, uni } = await blocked(pair, stage);
    uni.stream.stop(9);
    uni.record.stopped = true;
    await stage.until(() => record.end(stream.handle) !== undefined, "onStopped");
    assert.deepEqual(record.end(stream.handle), { by: "stopped", code: 9 });
    assert.equal(stream.queued, 0);
    uni.stream.resume();
    await stage.settle(pair);
  });
}

async function resetsAfterFinish(harness: Harness): Promise<void> {
  await withPair(harness, TIGHT, async (pair, stage) => {
    const { stream, record, uni } = await blocked(pair, stage);
    stream.finish();
    stream.reset(2);
    await stage.until(() => uni.record.reset === 2, "the reset");
    await stage.settle(pair);
    assert.equal(record.end(stream.handle), undefined);
    assert.equal(uni.record.fin, false);
  });
}

async function stopsAfterFinish(harness: Harness): Promise<void> {
  await withPair(harness, TIGHT, async (pair, stage) => {
    const { stream, record, uni } = await blocked(pair, stage);
    stream.finish();
    uni.stream.stop(13);
    uni.record.stopped = true;
    await stage.until(() => record.end(stream.handle) !== undefined, "onStopped");
    assert.deepEqual(record.end(stream.handle), { by: "stopped", code: 13 });
    await stage.settle(pair);
  });
}

async function finishesThroughAPause(harness: Harness): Promise<void> {
  await withPair(harness, TIGHT, async (pair, stage) => {
    const { stream, record, uni } = await blocked(pair, stage);
    stream.finish();
    await stage.settle(pair);
    assert.equal(uni.record.fin, false);
    assert.equal(record.end(stream.handle), undefined);
    uni.stream.resume();
    await stage.until(() => uni.record.fin, "the end of the stream");
    assert.equal(uni.record.length, MORE_THAN_WINDOWS);
    await stage.until(() => record.end(stream.handle)?.by === "delivered", "onDelivered");
  });
}

async function stopsAfterFin(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.uni();
    stream.write(pattern(100, 1));
    stream.finish();
    const uni = await firstUni(pair, stage);
    await stage.until(() => uni.record.fin, "the end of the stream");
    uni.stream.stop(4);
    uni.stream.pause();
    uni.stream.resume();
    await stage.until(() => record.end(stream.handle)?.by === "delivered", "onDelivered");
    await stage.settle(pair);
  });
}

async function endsFromInsideEvents(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    pair.server.record.whenUni = ({ stream, record }) => {
      record.react = () => {
        if (record.stopped) return;
        record.stopped = true;
        stream.stop(6);
      };
    };
    const { stream, record } = pair.client.uni();
    for (let i = 0; i < 20; i++) stream.write(pattern(50_000, i));
    await stage.until(() => record.end(stream.handle) !== undefined, "onStopped");
    assert.deepEqual(record.end(stream.handle), { by: "stopped", code: 6 });
    await stage.settle(pair);
  });
}

async function stopsAtTheDoor(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    pair.server.record.whenUni = ({ stream, record }) => {
      stream.stop(8);
      record.stopped = true;
    };
    const { stream, record } = pair.client.uni();
    stream.write(pattern(100_000, 1));
    await stage.until(() => record.end(stream.handle) !== undefined, "onStopped");
    await stage.settle(pair);
  });
}

async function halfCloses(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.bidi();
    stream.send.write(pattern(10, 1));
    stream.send.finish();
    const bidi = await firstBidi(pair, stage);
    await stage.until(() => bidi.record.recv.fin, "the end of the question");
    await stage.until(() => record.send.end(stream.send.handle)?.by === "delivered", "onDelivered");
    for (let i = 0; i < 10; i++) {
      bidi.stream.send.write(pattern(1_000, i));
      await stage.until(() => record.recv.length === (i + 1) * 1_000, "an answer after the end of the question");
    }
    bidi.stream.send.finish();
    await stage.until(() => record.recv.fin, "the end of the answer");
  });
}

async function halfClosesTheOtherWay(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.bidi();
    stream.send.write(pattern(10, 1));
    const bidi = await firstBidi(pair, stage);
    bidi.stream.send.write(pattern(20, 2));
    bidi.stream.send.finish();
    await stage.until(() => record.recv.fin, "the end of the answer");
    stream.send.write(pattern(30, 3));
    stream.send.finish();
    await stage.until(() => bidi.record.recv.fin, "the end of the question");
    assert.equal(record.recv.length, 20);
    assert.equal(bidi.record.recv.length, 40);
  });
}

async function endsDirectionsApart(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { stream, record } = pair.client.bidi();
    stream.send.write(pattern(10, 1));
    const bidi = await firstBidi(pair, stage);
    bidi.stream.recv.stop(21);
    bidi.record.recv.stopped = true;
    await stage.until(() => record.send.end(stream.send.handle)?.by === "stopped", "onStopped");
    bidi.stream.send.write(pattern(5_000, 2));
    bidi.stream.send.finish();
    await stage.until(() => record.recv.fin, "the other direction's end");
    assert.equal(record.recv.length, 5_000);
    await stage.settle(pair);
  });
}

export const endingCases: readonly Case[] = [
  { name: "a stream without a byte finishes", run: finishesEmpty },
  { name: "calls after finish do nothing", run: finishesOnce },
  { name: "a reset reaches the receiver with its code", run: resets },
  { name: "a stop reaches the sender with its code", run: stops },
  { name: "both directions of a two-way stream reset with their own codes", run: resetsBothWays },
  { name: "a reset of a blocked stream comes through a pause", unless: "unlimited", run: resetsWhileBlocked },
  { name: "a stop reaches a sender that is blocked by a pause", unless: "unlimited", run: stopsWhileBlocked },
  { name: "a reset after finish abandons what was not delivered", unless: "unlimited", run: resetsAfterFinish },
  { name: "a stop reaches a sender that has finished but not delivered", run: stopsAfterFinish },
  { name: "finish waits behind a pause and then delivers everything", unless: "unlimited", run: finishesThroughAPause },
  { name: "stop, pause and resume after the end are harmless", run: stopsAfterFin },
  { name: "stop from inside onData ends the stream there", run: endsFromInsideEvents },
  { name: "stop from inside onUni silences the stream", run: stopsAtTheDoor },
  { name: "the answer goes on after the question has finished", run: halfCloses },
  { name: "the question goes on after the answer has finished", run: halfClosesTheOtherWay },
  { name: "a stop of one direction leaves the other alone", run: endsDirectionsApart },
];
