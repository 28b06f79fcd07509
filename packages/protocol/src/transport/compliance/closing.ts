import assert from "node:assert/strict";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage, withPair } from "./pair.ts";
import { SendRecord } from "./recording.ts";
import type { Case } from "./suite.ts";

async function closes(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    for (const by of ["client", "server"] as const) {
      for (const code of [0, 1, 0x36, 2 ** 31, 2 ** 32 - 1]) {
        const pair = await stage.pair();
        const here = pair[by];
        const there = pair[by === "client" ? "server" : "client"];
        const reason = `closed by ${by} – „ade”`;
        here.connection.close(code, reason);
        here.connection.close(99, "again");
        await stage.until(() => here.record.closed !== undefined, "onClosed here");
        await stage.until(() => there.record.closed !== undefined, "onClosed there");
        assert.deepEqual(here.record.closed, { code, reason, by: "local" });
        assert.deepEqual(there.record.closed, { code, reason, by: "peer" });
      }
    }
  });
}

async function closesWithEmptyReason(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }, stage) => {
    client.connection.close(0, "");
    await stage.until(() => server.record.closed !== undefined, "onClosed there");
    assert.deepEqual(server.record.closed, { code: 0, reason: "", by: "peer" });
  });
}

async function closesWithLongReason(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }, stage) => {
    const reason = "r".repeat(1_024);
    client.connection.close(5, reason);
    await stage.until(() => server.record.closed !== undefined, "onClosed there");
    assert.equal(server.record.closed?.code, 5);
    assert.equal(server.record.closed?.reason, reason);
  });
}

async function closesFromInside(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const pair = await stage.pair();
    pair.server.record.whenUni = ({ record }) => {
      record.react = () => {
        if (record.chunks.length === 1) stage.signal.call(() => pair.server.connection.close(7, "inside"));
      };
    };
    const { stream } = pair.client.uni();
    for (let i = 0; i < 50; i++) stream.write(pattern(20_000, i));
    stream.finish();
    await stage.until(() => pair.client.record.closed !== undefined, "onClosed at the client");
    await stage.until(() => pair.server.record.closed !== undefined, "onClosed at the server");
    assert.equal(pair.client.record.closed?.code, 7);
    await stage.settle(await stage.pair());
  });
}

async function isSilentAfterwards(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const pair = await stage.pair();
    for (let i = 0; i < 30; i++) {
      for (const side of [pair.client, pair.server]) {
        side.uni().stream.write(pattern(30_000, i));
        side.bidi().stream.send.write(pattern(30_000, i));
      }
    }
    await stage.until(() => pair.server.record.unis.length > 0 && pair.client.record.bidis.length > 0, "some streams");
    pair.client.connection.close(1, "enough");
    await stage.until(() => pair.client.record.closed !== undefined, "onClosed at the client");
    await stage.until(() => pair.server.record.closed !== undefined, "onClosed at the server");
    await stage.settle(await stage.pair());
  });
}

async function dropsTheQueues(harness: Harness): Promise<void> {
  for (const by of ["client", "server"] as const) {
    await onStage(harness, { maxConnectionReceive: 1 << 20 }, async (stage) => {
      const pair = await stage.pair();
      pair.server.record.whenUni = ({ stream }) => stream.pause();
      const streams = [pair.client.uni().stream, pair.client.uni().stream];
      for (const stream of streams) stream.write(pattern(3 << 20, 1));
      await stage.until(() => pair.server.record.unis.length === 2, "both streams");
      pair[by].connection.close(1, "");
      await stage.until(() => pair.client.record.closed !== undefined, "onClosed at the client");
      await stage.until(() => pair.server.record.closed !== undefined, "onClosed at the server");
      const { connection } = pair.client;
      connection.carrier.write(
        Uint32Array.from(streams, ({ handle }) => handle),
        pattern(10, 1),
      );
      for (const stream of streams) {
        assert.equal(stream.queued, 0);
        assert.equal(connection.carrier.queued(stream.handle), 0);
      }
      assert.equal(connection.stats().bytesQueued, 0);
      await stage.settle(await stage.pair());
    });
  }
}

async function ignoresLateCalls(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const pair = await stage.pair();
    const { stream, record } = pair.client.bidi();
    stream.send.write(pattern(10, 1));
    await stage.until(() => pair.server.record.bidis.length === 1, "a stream");
    pair.server.connection.close(1, "done");
    await stage.until(() => pair.client.record.closed !== undefined, "onClosed");
    const { connection } = pair.client;
    stream.send.write(pattern(10, 2));
    stream.send.setPriority(3);
    stream.send.finish();
    stream.send.reset(1);
    stream.recv.pause();
    stream.recv.resume();
    stream.recv.stop(1);
    assert.equal(stream.send.queued, 0);
    assert.equal(connection.sendDatagram(pattern(10, 1)), false);
    const late = connection.openUni(0, new SendRecord(record.recv.life));
    late.write(pattern(10, 3));
    late.finish();
    const lateBidi = connection.openBidi(0, record);
    lateBidi.send.write(pattern(10, 3));
    lateBidi.recv.stop(1);
    connection.close(2, "late");
    assert.equal(connection.stats().bytesQueued, 0);
    await stage.settle(await stage.pair());
    assert.deepEqual(pair.client.record.closed, { code: 1, reason: "done", by: "peer" });
  });
}

async function closesAtTheDoor(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    stage.onRequest = (request) => stage.admit(request);
    const pair = await stage.pair();
    pair.server.connection.close(3, "not today");
    pair.client.connection.close(4, "nor tomorrow");
    await stage.until(() => pair.client.record.closed !== undefined, "onClosed at the client");
    await stage.until(() => pair.server.record.closed !== undefined, "onClosed at the server");
    assert.deepEqual(pair.client.record.closed?.by, "local");
    assert.deepEqual(pair.server.record.closed?.by, "local");
  });
}

export const closingCases: readonly Case[] = [
  { name: "close reaches the peer with code and reason, from either side", run: closes },
  { name: "close works without a reason", run: closesWithEmptyReason },
  { name: "close carries a reason of 1,024 bytes", run: closesWithLongReason },
  { name: "close works from inside an event", run: closesFromInside },
  { name: "nothing is heard of a connection after onClosed", run: isSilentAfterwards },
  { name: "queues are dropped with their connection", run: dropsTheQueues },
  { name: "calls after the end do nothing", run: ignoresLateCalls },
  { name: "both sides may close at once", run: closesAtTheDoor },
];
