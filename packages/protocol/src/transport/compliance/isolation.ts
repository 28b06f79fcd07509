import assert from "node:assert/strict";
import { concat, firstDifference, pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage } from "./pair.ts";
import { Life, SendRecord } from "./recording.ts";
import type { Case } from "./suite.ts";

const CAP = 512 << 10;

const LIMITS = {
  highMark: 128 << 10,
  lowMark: 32 << 10,
  maxStreamQueue: CAP,
  maxConnectionQueue: CAP,
  maxConnectionReceive: 256 << 10,
};

/** The server writes the same to a reader that reads and to one that does not, far beyond what may be queued. */
async function leavesTheFastAlone(harness: Harness): Promise<void> {
  await onStage(harness, LIMITS, async (stage) => {
    const slow = await stage.pair();
    const fast = await stage.pair();
    slow.client.record.whenUni = ({ stream }) => stream.pause();
    const { carrier } = fast.server.connection;
    const record = new SendRecord(new Life(stage.signal));
    const streams = [slow, fast].map(({ server }) => server.connection.openUni(0, record).handle);
    const pieces: Uint8Array[] = [];
    let arrived = 0;
    for (let i = 0; i < 1_000 && record.ends.size === 0; i++) {
      const piece = pattern(32 << 10, i);
      pieces.push(piece);
      carrier.write(Uint32Array.from(streams), piece);
      arrived += piece.length;
      await stage.until(() => fast.client.record.unis[0]?.record.length === arrived, "the fast reader's next piece");
      assert.ok(slow.server.connection.stats().bytesQueued <= CAP);
    }
    assert.deepEqual(record.end(streams[0] ?? 0), { by: "overflow" });
    assert.equal(slow.client.record.unis[0]?.record.length ?? 0, 0);
    await stage.until(() => slow.client.record.unis[0]?.record.reset === 5, "the slow reader's reset");
    assert.equal(slow.client.record.closed, undefined);
    carrier.finish(Uint32Array.from(streams));
    await stage.until(() => fast.client.record.unis[0]?.record.fin === true, "the fast reader's end");
    assert.equal(firstDifference(fast.client.record.unis[0]?.record.bytes() ?? new Uint8Array(), concat(pieces)), -1);
    assert.deepEqual(record.end(streams[1] ?? 0)?.by ?? "delivered", "delivered");
  });
}

async function leavesOtherConnectionsAlone(harness: Harness): Promise<void> {
  await onStage(harness, LIMITS, async (stage) => {
    const paused = await stage.pair();
    const other = await stage.pair();
    paused.server.record.whenUni = ({ stream }) => stream.pause();
    for (let i = 0; i < 8; i++) paused.client.uni().stream.write(pattern(60_000, i));
    for (let i = 0; i < 30; i++) {
      const { stream } = other.client.uni();
      stream.write(pattern(100_000, i));
      stream.finish();
      await stage.until(() => other.server.record.unis[i]?.record.fin === true, "a stream of the other connection");
    }
    paused.client.connection.close(1, "");
    await stage.until(() => paused.server.record.closed !== undefined, "the end of the paused connection");
    await stage.settle(other);
  });
}

export const isolationCases: readonly Case[] = [
  {
    name: "a slow reader is bounded and does not delay a fast one beside it",
    unless: "unlimited",
    run: leavesTheFastAlone,
  },
  { name: "a connection whose budget is used up does not delay another", run: leavesOtherConnectionsAlone },
];
