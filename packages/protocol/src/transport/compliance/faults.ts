import assert from "node:assert/strict";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage, withPair } from "./pair.ts";
import type { Case } from "./suite.ts";

async function survivesGarbage(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    pair.client.uni().stream.write(pattern(10, 1));
    await stage.endpoints.garbage?.();
    await stage.settle(pair);
    await stage.settle(await stage.pair("/after"));
    assert.equal(pair.client.record.closed, undefined);
    assert.equal(pair.server.record.closed, undefined);
  });
}

async function reportsSilence(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    pair.client.uni().stream.write(pattern(10, 1));
    pair.server.bidi().stream.send.write(pattern(10, 1));
    await stage.until(() => pair.client.record.bidis.length === 1, "life");
    stage.endpoints.silence?.();
    pair.server.uni().stream.write(pattern(10_000, 1));
    await stage.until(() => pair.server.record.closed !== undefined, "the server to notice");
    assert.equal(pair.server.record.closed?.by, "lost");
    assert.equal(pair.server.record.closed?.code, 0);
    assert.equal(pair.server.connection.stats().bytesQueued, 0);
  });
}

async function outlivesIdleness(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const idle = await stage.pair();
    const busy = await stage.pair();
    for (let i = 0; i < 30; i++) await stage.settle(busy);
    await stage.settle(idle);
    assert.equal(idle.client.record.closed, undefined);
  });
}

async function survivesAWorker(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const pair = await stage.pair();
    const worker = await stage.endpoints.worker?.();
    assert.ok(worker);
    await stage.until(() => stage.arrived.length === 2, "the worker's connection");
    const server = stage.arrived[1];
    assert.ok(server);
    await stage.until(() => (server.record.unis[0]?.record.length ?? 0) > 0, "the worker's bytes");
    await worker.terminate();
    server.uni().stream.write(pattern(100_000, 1));
    await stage.until(() => server.record.closed !== undefined, "the end of the worker's connection");
    await stage.settle(pair);
    await stage.settle(await stage.pair());
  });
}

export const faultCases: readonly Case[] = [
  { name: "garbage neither ends the listener nor its connections", needs: "garbage", run: survivesGarbage },
  { name: "a peer that falls silent is reported lost", needs: "silence", run: reportsSilence },
  { name: "a connection without traffic stays", run: outlivesIdleness },
  {
    name: "a worker thread that is terminated takes only its own connections with it",
    needs: "worker",
    run: survivesAWorker,
  },
];
