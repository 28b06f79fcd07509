import assert from "node:assert/strict";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { withPair } from "./pair.ts";
import type { Case } from "./suite.ts";

async function countsBytes(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const size = 500_000;
    const sentBefore = pair.client.connection.stats().bytesSent;
    const receivedBefore = pair.server.connection.stats().bytesReceived;
    const { stream, record } = pair.client.uni();
    stream.write(pattern(size, 1));
    stream.finish();
    await stage.until(() => record.end(stream.handle)?.by === "delivered", "onDelivered");
    await stage.until(() => pair.server.record.unis[0]?.record.fin === true, "the end of the stream");
    const sent = pair.client.connection.stats();
    const received = pair.server.connection.stats();
    // Headers, acknowledgements and repeats come on top.
    assert.ok(sent.bytesSent - sentBefore >= size, `${sent.bytesSent - sentBefore} bytes sent`);
    assert.ok(received.bytesReceived - receivedBefore >= size);
    assert.ok(sent.bytesSent - sentBefore < 3 * size);
    assert.equal(sent.bytesQueued, 0);
  });
}

async function tellsOfTheLink(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    await stage.settle(pair);
    for (const { connection } of [pair.client, pair.server]) {
      const { rtt, sinceReceived, sendRate, packetsLost } = connection.stats();
      if (rtt !== undefined) assert.ok(rtt >= 0 && rtt < 10_000, `${rtt} ms`);
      if (sinceReceived !== undefined) assert.ok(sinceReceived >= 0 && sinceReceived < 20_000, `${sinceReceived} ms`);
      if (sendRate !== undefined) assert.ok(sendRate > 0, `${sendRate} bit/s`);
      if (packetsLost !== undefined) assert.ok(Number.isInteger(packetsLost) && packetsLost >= 0);
    }
  });
}

async function countsTheQueue(harness: Harness): Promise<void> {
  await withPair(harness, { maxConnectionReceive: 1 << 20 }, async (pair, stage) => {
    pair.server.record.whenUni = ({ stream }) => stream.pause();
    const streams = [pair.client.uni().stream, pair.client.uni().stream];
    for (const stream of streams) stream.write(pattern(3 << 20, 1));
    await stage.until(() => pair.server.record.unis.length === 2, "both streams");
    const queued = () => streams.reduce((sum, stream) => sum + stream.queued, 0);
    assert.notEqual(queued(), 0);
    assert.equal(pair.client.connection.stats().bytesQueued, queued());
    for (const stream of streams) {
      assert.equal(pair.client.connection.carrier.queued(stream.handle), stream.queued);
      stream.reset(0);
    }
    assert.equal(pair.client.connection.stats().bytesQueued, 0);
  });
}

export const statisticsCases: readonly Case[] = [
  { name: "bytes sent and received are counted", run: countsBytes },
  { name: "round trip, silence, rate and loss are plausible", run: tellsOfTheLink },
  { name: "bytesQueued is the sum of the streams' queues", run: countsTheQueue },
];
