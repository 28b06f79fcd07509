import assert from "node:assert/strict";
import { CONTROL_PRIORITY } from "../transport.ts";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { type Pair, type Stage, withPair } from "./pair.ts";
import type { Case } from "./suite.ts";

const KIB = 1024;

/** Small marks and caps, so that they are met soon. The receive budget lies well below the caps. */
const SMALL = {
  highMark: 64 * KIB,
  lowMark: 16 * KIB,
  maxStreamQueue: 1024 * KIB,
  maxConnectionQueue: 2048 * KIB,
  maxConnectionReceive: 256 * KIB,
};

/** What bindings and kernels may hold beside the queue and the receive budget. */
const SLACK = 8 << 20;

function pauseAll({ server }: Pair): void {
  server.record.whenUni = ({ stream }) => stream.pause();
}

function resumeAll({ server }: Pair): void {
  server.record.whenUni = undefined;
  for (const { stream } of server.record.unis) stream.resume();
}

/** Writes pieces of 32 KiB, with a chance to move between them, until pressure lasts. */
async function fill(pair: Pair, stage: Stage, opened: ReturnType<Pair["client"]["uni"]>): Promise<number> {
  const { stream, record } = opened;
  let written = 0;
  while (!record.pressed.has(stream.handle) || stream.queued <= SMALL.highMark) {
    assert.ok(written < SLACK, "a paused receiver lets everything through");
    for (let i = 0; i < 4; i++) stream.write(pattern(32 * KIB, written >> 15));
    written += 128 * KIB;
    await stage.settle(pair);
  }
  return written;
}

async function holdsTheSenderBack(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    pauseAll(pair);
    const opened = pair.client.uni();
    const written = await fill(pair, stage, opened);
    const uni = pair.server.record.unis[0];
    assert.ok(uni);
    assert.equal(uni.record.length, 0, "nothing is delivered to a paused receiver");
    assert.ok(opened.stream.queued > SMALL.highMark);
    assert.ok((opened.record.pressures[0] ?? 0) > SMALL.highMark);
    resumeAll(pair);
    await stage.until(() => opened.record.pressed.size === 0, "onDrained");
    await stage.until(() => uni.record.length === written, "everything that was written");
    assert.ok(opened.stream.queued <= SMALL.lowMark);
  });
}

async function feelsPressureAgain(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    const opened = pair.client.uni();
    for (let round = 0; round < 3; round++) {
      pauseAll(pair);
      for (const { stream } of pair.server.record.unis) stream.pause();
      await fill(pair, stage, opened);
      resumeAll(pair);
      await stage.until(() => opened.record.pressed.size === 0, "onDrained");
    }
    assert.ok(opened.record.drained >= 3);
    assert.equal(opened.record.pressures.length, opened.record.drained);
  });
}

async function overflows(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    pauseAll(pair);
    const { stream, record } = pair.client.uni();
    stream.write(pattern(1, 1));
    await stage.until(() => pair.server.record.unis.length === 1, "the stream");
    for (let i = 0; i < 1_000 && record.end(stream.handle) === undefined; i++) {
      stream.write(pattern(256 * KIB, i));
      assert.ok(stream.queued <= SMALL.maxStreamQueue, "no more is queued than the cap allows");
      await stage.settle(pair);
    }
    assert.deepEqual(record.end(stream.handle), { by: "overflow" });
    assert.equal(stream.queued, 0);
    stream.write(pattern(10, 1));
    await stage.until(() => pair.server.record.unis[0]?.record.reset === 5, "a reset with code 5");
    await stage.settle(pair);
  });
}

async function overflowsInOneWrite(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    const { stream, record } = pair.client.uni();
    stream.write(pattern(10, 1));
    await stage.until(() => pair.server.record.unis[0]?.record.length === 10, "the first bytes");
    stream.write(pattern(SMALL.maxStreamQueue + 1, 2));
    await stage.until(() => record.end(stream.handle) !== undefined, "onOverflow");
    assert.deepEqual(record.end(stream.handle), { by: "overflow" });
    await stage.until(() => pair.server.record.unis[0]?.record.reset === 5, "a reset with code 5");
  });
}

async function capsTheConnection(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    const other = await stage.pair();
    pauseAll(pair);
    const streams = Array.from({ length: 30 }, () => pair.client.uni());
    for (let round = 0; round < 100; round++) {
      for (const { stream } of streams) stream.write(pattern(16 * KIB, round));
      await stage.settle(other);
      if (streams.some(({ stream, record }) => record.end(stream.handle)?.by === "overflow")) break;
    }
    const over = streams.filter(({ stream, record }) => record.end(stream.handle)?.by === "overflow");
    assert.notEqual(over.length, 0, "some stream is given up");
    assert.notEqual(over.length, streams.length, "and not all of them");
    assert.ok(pair.client.connection.stats().bytesQueued <= SMALL.maxConnectionQueue);
    await stage.settle(other);
  });
}

async function sparesControl(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    pauseAll(pair);
    const [control, second] = [pair.client.uni(CONTROL_PRIORITY), pair.client.uni(CONTROL_PRIORITY)];
    const queued = (): number => pair.client.connection.stats().bytesQueued;
    const media = Array.from({ length: 30 }, () => pair.client.uni());
    for (let round = 0; round < 100 && queued() <= SMALL.maxConnectionQueue - 16 * KIB; round++) {
      for (const { stream } of media) stream.write(pattern(16 * KIB, round));
    }
    for (let i = 0; i < 32; i++) control.stream.write(pattern(24 * KIB, i));
    const more = pair.client.uni();
    more.stream.write(pattern(16 * KIB, 1));
    await stage.until(() => more.record.end(more.stream.handle)?.by === "overflow", "media beyond the cap");
    assert.equal(control.record.end(control.stream.handle), undefined);
    // Up to twice the cap, and no further.
    for (let i = 0; i < 40; i++) second.stream.write(pattern(24 * KIB, i));
    const third = pair.client.uni(CONTROL_PRIORITY);
    for (let i = 0; i < 40; i++) third.stream.write(pattern(24 * KIB, i));
    assert.ok(queued() <= 2 * SMALL.maxConnectionQueue);
    await stage.until(() => third.record.end(third.stream.handle)?.by === "overflow", "twice the cap");
    assert.equal(control.record.end(control.stream.handle), undefined);
    resumeAll(pair);
    const arrived = () => pair.server.record.unis.some(({ record }) => record.length === 32 * 24 * KIB);
    await stage.until(arrived, "all that was said beside the media");
  });
}

async function freesTheCap(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    pauseAll(pair);
    for (let round = 0; round < 20; round++) {
      const { stream, record } = pair.client.uni();
      stream.write(pattern(SMALL.maxStreamQueue, round));
      stream.reset(2);
      assert.equal(record.end(stream.handle), undefined);
    }
    await stage.settle(pair);
    assert.equal(pair.client.connection.stats().bytesQueued, 0);
    resumeAll(pair);
    const index = pair.server.record.unis.length;
    const { stream } = pair.client.uni();
    stream.write(pattern(SMALL.maxStreamQueue, 1));
    stream.finish();
    const arrived = () => pair.server.record.unis.slice(index).some(({ record }) => record.fin);
    await stage.until(arrived, "a stream after those that were reset");
  });
}

async function givesTheBudgetBack(harness: Harness): Promise<void> {
  await withPair(harness, SMALL, async (pair, stage) => {
    pauseAll(pair);
    const { unis } = pair.server.record;
    for (let round = 0; round < 16; round++) {
      const { stream, record } = pair.client.uni();
      stream.write(pattern(48 * KIB, round));
      await stage.until(() => unis.length === round + 1, "the stream");
      await stage.settle(pair);
      const uni = unis[round];
      assert.ok(uni);
      if (round % 2 === 0) {
        stream.reset(1);
        await stage.until(() => uni.record.reset === 1, "the reset");
      } else {
        uni.stream.stop(1);
        uni.record.stopped = true;
        await stage.until(() => record.end(stream.handle)?.by === "stopped", "onStopped");
      }
    }
    pair.server.record.whenUni = undefined;
    const { stream } = pair.client.uni();
    stream.write(pattern(SMALL.maxStreamQueue, 1));
    stream.finish();
    await stage.until(() => unis[16]?.record.fin === true, "a stream after sixteen that were dropped");
  });
}

async function pausesFromInside(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    let paused = false;
    pair.server.record.whenUni = ({ stream, record }) => {
      record.react = () => {
        if (paused) stage.signal.violation("an event came through a pause");
        if (record.fin) return;
        paused = true;
        stream.pause();
        setImmediate(() => {
          paused = false;
          stream.resume();
        });
      };
    };
    const { stream } = pair.client.uni();
    for (let i = 0; i < 50; i++) stream.write(pattern(10_000, i));
    stream.finish();
    await stage.until(() => pair.server.record.unis[0]?.record.fin === true, "the end of the stream");
    assert.equal(pair.server.record.unis[0]?.record.length, 500_000);
  });
}

async function keepsStreamsApart(harness: Harness): Promise<void> {
  await withPair(harness, { ...SMALL, maxConnectionReceive: 2048 * KIB }, async (pair, stage) => {
    pauseAll(pair);
    const slow = pair.client.uni();
    slow.stream.write(pattern(SMALL.maxStreamQueue, 1));
    await stage.until(() => pair.server.record.unis.length === 1, "the slow stream");
    pair.server.record.whenUni = undefined;
    for (let i = 0; i < 50; i++) {
      const { stream } = pair.client.uni();
      stream.write(pattern(100_000, i));
      stream.finish();
      await stage.until(() => pair.server.record.unis[i + 1]?.record.fin === true, "a fast stream beside a paused one");
    }
    assert.equal(pair.server.record.unis[0]?.record.length, 0);
    resumeAll(pair);
    await stage.until(
      () => pair.server.record.unis[0]?.record.length === SMALL.maxStreamQueue,
      "the slow stream, when resumed",
    );
  });
}

export const backPressureCases: readonly Case[] = [
  {
    name: "a paused receiver holds the sender back, and a resume lets everything through",
    unless: "unlimited",
    run: holdsTheSenderBack,
  },
  { name: "pressure and drain come in turns", unless: "unlimited", run: feelsPressureAgain },
  { name: "a stream that passes its cap is reset with code 5", unless: "unlimited", run: overflows },
  { name: "one write above the cap is refused whole", run: overflowsInOneWrite },
  { name: "a connection's queues together stay under their cap", unless: "unlimited", run: capsTheConnection },
  {
    name: "streams that go before all media are spared by the connection's cap, up to twice its value",
    unless: "unlimited",
    run: sparesControl,
  },
  { name: "a reset frees what was queued", run: freesTheCap },
  {
    name: "what a reset or a stop drops no longer counts against the receiver's budget",
    run: givesTheBudgetBack,
  },
  { name: "pause from inside onData holds back the next chunk", run: pausesFromInside },
  {
    name: "a paused stream does not hold up the others of its connection",
    run: keepsStreamsApart,
  },
];
