import assert from "node:assert/strict";
import { concat, firstDifference, pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage, type Pair, type Stage, withPair } from "./pair.ts";
import type { Case } from "./suite.ts";

/** Writes the pieces on one new stream from client to server and compares what arrives. */
async function carries(pair: Pair, stage: Stage, pieces: readonly Uint8Array[]): Promise<void> {
  const index = pair.server.record.unis.length;
  const { stream, record } = pair.client.uni();
  for (const piece of pieces) stream.write(piece);
  stream.finish();
  await stage.until(() => pair.server.record.unis[index]?.record.fin === true, "the end of the stream");
  const received = pair.server.record.unis[index]?.record.bytes() ?? new Uint8Array();
  assert.equal(firstDifference(received, concat(pieces)), -1);
  await stage.until(() => record.end(stream.handle)?.by === "delivered", "onDelivered");
}

async function carriesTinyWrites(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const pieces = Array.from({ length: 3_000 }, (_, i) => pattern(1 + (i % 3), i));
    await carries(pair, stage, pieces);
  });
}

async function carriesLargeWrites(harness: Harness): Promise<void> {
  await withPair(harness, { maxStreamQueue: 8 << 20 }, async (pair, stage) => {
    await carries(pair, stage, [pattern(3 << 20, 1), pattern(1, 2), pattern((1 << 20) + 13, 3)]);
  });
}

async function carriesMixedWrites(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const sizes = [1, 63, 64, 1_199, 1_200, 1_201, 16_383, 16_384, 16_385, 65_535, 65_536, 100_000];
    await carries(pair, stage, sizes.map(pattern));
  });
}

async function copiesWhatIsWritten(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }, stage) => {
    const buffer = pattern(50_000, 1);
    const { stream } = client.uni();
    stream.write(buffer);
    buffer.fill(0);
    stream.finish();
    await stage.until(() => server.record.unis[0]?.record.fin === true, "the end of the stream");
    assert.equal(firstDifference(server.record.unis[0]?.record.bytes() ?? buffer, pattern(50_000, 1)), -1);
  });
}

async function writesViews(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const whole = pattern(10_000, 5);
    await carries(pair, stage, [whole.subarray(17, 4_000), whole.subarray(9_999), whole.subarray(0, 1)]);
  });
}

async function ignoresEmptyWrites(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const empty = new Uint8Array();
    await carries(pair, stage, [empty, pattern(10, 1), empty, empty, pattern(10, 2), empty]);
  });
}

async function keepsStreamsApart(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }, stage) => {
    const streams = Array.from({ length: 50 }, (_, i) => ({ seed: i, ...client.uni(i % 3) }));
    for (let round = 0; round < 40; round++) {
      for (const { stream, seed } of streams) stream.write(Uint8Array.of(seed, round));
    }
    for (const { stream } of streams) stream.finish();
    await stage.until(() => server.record.unis.filter((uni) => uni.record.fin).length === 50, "fifty ends");
    const seeds = new Set<number>();
    for (const { record } of server.record.unis) {
      const bytes = record.bytes();
      const seed = bytes[0] ?? -1;
      seeds.add(seed);
      const expected = Uint8Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? seed : i >> 1));
      assert.equal(firstDifference(bytes, expected), -1);
    }
    assert.equal(seeds.size, 50);
  });
}

async function echoes(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const { client, server } = await stage.pair();
    server.record.whenBidi = ({ stream, record }) => {
      let echoed = 0;
      record.recv.react = () => {
        for (const chunk of record.recv.chunks.slice(echoed)) stream.send.write(chunk);
        echoed = record.recv.chunks.length;
        if (record.recv.fin) stream.send.finish();
      };
    };
    const { stream, record } = client.bidi();
    for (let i = 0; i < 100; i++) stream.send.write(pattern(2_000, i));
    stream.send.finish();
    await stage.until(() => record.recv.fin, "the echo");
    const expected = concat(Array.from({ length: 100 }, (_, i) => pattern(2_000, i)));
    assert.equal(firstDifference(record.recv.bytes(), expected), -1);
  });
}

async function leavesChunksAlone(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }, stage) => {
    const { stream } = client.uni();
    const snapshots: Uint8Array[] = [];
    server.record.whenUni = ({ record }) => {
      record.react = () => {
        const last = record.chunks.at(-1);
        if (last && snapshots.length < record.chunks.length) snapshots.push(last.slice());
      };
    };
    for (let i = 0; i < 500; i++) stream.write(pattern(1_000, i));
    stream.finish();
    await stage.until(() => server.record.unis[0]?.record.fin === true, "the end of the stream");
    const chunks = server.record.unis[0]?.record.chunks ?? [];
    assert.equal(firstDifference(concat(chunks), concat(snapshots)), -1);
  });
}

export const byteCases: readonly Case[] = [
  { name: "many tiny writes arrive whole and in order", run: carriesTinyWrites },
  { name: "large writes arrive whole and in order", run: carriesLargeWrites },
  { name: "writes of awkward sizes arrive whole and in order", run: carriesMixedWrites },
  { name: "a buffer may be reused as soon as write returns", run: copiesWhatIsWritten },
  { name: "views of a larger buffer are written as they look", run: writesViews },
  { name: "an empty write is nothing", run: ignoresEmptyWrites },
  { name: "streams that are written in turns keep their bytes apart", run: keepsStreamsApart },
  { name: "a two-way stream echoes what it hears, from inside events", run: echoes },
  { name: "delivered chunks are never overwritten", run: leavesChunksAlone },
];
