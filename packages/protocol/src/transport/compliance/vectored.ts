import assert from "node:assert/strict";
import type { Carrier } from "../transport.ts";
import { concat, firstDifference, pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage, type Pair, type Stage } from "./pair.ts";
import { Life, SendRecord } from "./recording.ts";
import type { Case } from "./suite.ts";

/** Several connections whose servers' ends share a carrier, and one record for all streams. */
interface FanOut {
  readonly stage: Stage;
  readonly pairs: readonly Pair[];
  readonly carrier: Carrier;
  readonly record: SendRecord;
}

function fanOut(harness: Harness, count: number, body: (fan: FanOut) => Promise<void>): Promise<void> {
  return onStage(harness, {}, async (stage) => {
    const pairs: Pair[] = [];
    for (let i = 0; i < count; i++) pairs.push(await stage.pair());
    const first = pairs[0];
    assert.ok(first);
    const { carrier } = first.server.connection;
    assert.ok(
      pairs.every(({ server }) => server.connection.carrier === carrier),
      "one carrier",
    );
    // Its own life: streams of several connections report to it.
    const record = new SendRecord(new Life(stage.signal));
    await body({ stage, pairs, carrier, record });
  });
}

/** Opens a stream on each connection of `handles`, with a header that names its place. */
function openAll({ carrier, record }: FanOut, handles: readonly number[]): Uint32Array {
  const headers = handles.map((_, i) => pattern(i % 4, i));
  let end = 0;
  const ends = Uint32Array.from(headers, (header) => {
    end += header.length;
    return end;
  });
  const out = new Uint32Array(handles.length).fill(0xdead);
  const priorities = new Int32Array(handles.length).fill(3);
  carrier.openUni(Uint32Array.from(handles), concat(headers), ends, priorities, record, out);
  return out;
}

async function writesToAll(harness: Harness): Promise<void> {
  await fanOut(harness, 12, async (fan) => {
    const { pairs, carrier, record, stage } = fan;
    const streams = openAll(
      fan,
      pairs.map(({ server }) => server.connection.handle),
    );
    assert.equal(new Set(streams).size, 12);
    const chunk = pattern(70_000, 1);
    carrier.write(streams, chunk);
    chunk.fill(0);
    carrier.write(streams, pattern(3, 2));
    carrier.finish(streams);
    await stage.until(() => pairs.every(({ client }) => client.record.unis[0]?.record.fin === true), "twelve ends");
    pairs.forEach(({ client }, i) => {
      const expected = concat([pattern(i % 4, i), pattern(70_000, 1), pattern(3, 2)]);
      assert.equal(firstDifference(client.record.unis[0]?.record.bytes() ?? chunk, expected), -1);
    });
    await stage.until(() => record.ends.size === 12, "onDelivered of each");
    assert.deepEqual(new Set(record.ends.keys()), new Set(streams));
  });
}

async function passesOverStaleHandles(harness: Harness): Promise<void> {
  await fanOut(harness, 4, async (fan) => {
    const { pairs, carrier, stage } = fan;
    const handles = pairs.map(({ server }) => server.connection.handle);
    pairs[1]?.server.connection.close(0, "");
    await stage.until(() => pairs[1]?.client.record.closed !== undefined, "the end of one connection");
    const streams = openAll(fan, [...handles, 0, 0xffff_fff0]);
    assert.deepEqual(
      [...streams].map((handle) => handle !== 0),
      [true, false, true, true, false, false],
    );
    carrier.reset(streams.subarray(2, 3), 6);
    const mixed = Uint32Array.of(...streams, 0, 1, 0xffff_ffff, ...handles);
    carrier.write(mixed, pattern(100, 1));
    carrier.setPriority(mixed, new Int32Array(mixed.length).fill(1));
    carrier.finish(mixed);
    carrier.reset(Uint32Array.of(0, 0xffff_ffff, ...handles), 9);
    const remaining = [pairs[0], pairs[3]];
    await stage.until(() => remaining.every((pair) => pair?.client.record.unis[0]?.record.fin), "the others' ends");
    for (const handle of [0, 0xffff_ffff, ...handles]) assert.equal(carrier.queued(handle), 0);
    for (const pair of remaining) {
      assert.ok(pair);
      await stage.settle(pair);
      assert.equal(pair.client.record.closed, undefined);
    }
  });
}

async function resetsAll(harness: Harness): Promise<void> {
  await fanOut(harness, 6, async (fan) => {
    const { pairs, carrier, stage } = fan;
    const handles = pairs.map(({ server }) => server.connection.handle);
    const streams = openAll(fan, handles);
    carrier.write(streams, pattern(1_000, 1));
    const arrived = ({ client }: Pair) => (client.record.unis[0]?.record.length ?? 0) > 0;
    await stage.until(() => pairs.every(arrived), "bytes everywhere");
    carrier.reset(streams, 2 ** 32 - 1);
    carrier.write(streams, pattern(1_000, 2));
    const reset = ({ client }: Pair) => client.record.unis[0]?.record.reset === 2 ** 32 - 1;
    await stage.until(() => pairs.every(reset), "resets everywhere");
  });
}

async function mixesBothWaysOfCalling(harness: Harness): Promise<void> {
  await fanOut(harness, 2, async ({ pairs, carrier, stage }) => {
    const opened = pairs.map(({ server }) => server.uni());
    const handles = Uint32Array.from(opened, ({ stream }) => stream.handle);
    const pieces: Uint8Array[] = [];
    for (let i = 0; i < 20; i++) {
      const shared = pattern(5_000, i);
      carrier.write(handles, shared);
      const own = pattern(17, i);
      for (const { stream } of opened) stream.write(own);
      pieces.push(shared, own);
    }
    for (const { stream } of opened) assert.equal(carrier.queued(stream.handle), stream.queued);
    carrier.finish(handles);
    await stage.until(() => pairs.every(({ client }) => client.record.unis[0]?.record.fin === true), "both ends");
    for (const { client } of pairs) {
      assert.equal(firstDifference(client.record.unis[0]?.record.bytes() ?? new Uint8Array(), concat(pieces)), -1);
    }
  });
}

/** Datagrams may be lost: the call is made again until each of the living has one. */
async function sendsDatagramsToAll(harness: Harness): Promise<void> {
  await fanOut(harness, 5, async ({ pairs, carrier, stage }) => {
    const handles = pairs.map(({ server }) => server.connection.handle);
    pairs[1]?.server.connection.close(0, "");
    await stage.until(() => pairs[1]?.client.record.closed !== undefined, "the end of one connection");
    const headers = handles.map((_, i) => pattern(i, i));
    const ends = Uint32Array.from(headers, (_, i) => (i * (i + 1)) / 2);
    const others = pairs.filter((_, i) => i !== 1);
    const missing = () => others.some(({ client }) => client.record.datagrams.length === 0);
    for (let i = 0; i < 50 && missing(); i++) {
      const body = pattern(900, 9);
      assert.equal(carrier.sendDatagrams?.(Uint32Array.from(handles), concat(headers), ends, body), 4);
      body.fill(0);
      for (const pair of others) await stage.settle(pair);
    }
    pairs.forEach(({ client }, i) => {
      if (i === 1) return;
      const expected = concat([pattern(i, i), pattern(900, 9)]);
      assert.equal(firstDifference(client.record.datagrams[0] ?? new Uint8Array(), expected), -1, `connection ${i}`);
    });
    const size = Math.max(...others.map(({ server }) => server.connection.maxDatagramSize));
    assert.equal(carrier.sendDatagrams?.(Uint32Array.from(handles), concat(headers), ends, pattern(size + 1, 1)), 0);
    assert.equal(carrier.sendDatagrams?.(new Uint32Array(), new Uint8Array(), new Uint32Array(), pattern(1, 1)), 0);
  });
}

async function doesNothingWithNothing(harness: Harness): Promise<void> {
  await fanOut(harness, 1, async (fan) => {
    const { carrier, pairs, stage } = fan;
    const none = new Uint32Array();
    assert.equal(openAll(fan, []).length, 0);
    carrier.write(none, pattern(10, 1));
    carrier.finish(none);
    carrier.reset(none, 1);
    carrier.setPriority(none, new Int32Array());
    const pair = pairs[0];
    assert.ok(pair);
    await stage.settle(pair);
    assert.equal(pair.client.record.unis.length, 0);
  });
}

export const vectoredCases: readonly Case[] = [
  { name: "one call opens, writes and finishes on many connections", run: writesToAll },
  { name: "vectored calls pass over handles that name nothing, or no stream", run: passesOverStaleHandles },
  { name: "one call resets on many connections", run: resetsAll },
  { name: "calls by stream and by carrier keep one order", run: mixesBothWaysOfCalling },
  { name: "one call sends a datagram on many connections", needs: "vectoredDatagrams", run: sendsDatagramsToAll },
  { name: "vectored calls with empty lists do nothing", run: doesNothingWithNothing },
];
