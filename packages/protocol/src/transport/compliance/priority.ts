import assert from "node:assert/strict";
import type { CarrierLimits, SendStream } from "../transport.ts";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { type Pair, type Stage, withPair } from "./pair.ts";
import type { Case } from "./suite.ts";

/** The throttled link's speed, bytes per second. */
const SPEED = 2 << 20;

/** Media that waits, as one stream's share of the backlog. */
const GROUP = 256 << 10;

/** The stream that is to go first: small beside a group. */
const URGENT = 32 << 10;

/** Room for any backlog, so that nothing is reset here. */
const ROOMY: Partial<CarrierLimits> = { maxStreamQueue: 64 << 20, maxConnectionQueue: 256 << 20 };

/** Bytes that a case may count on being beyond recall when it looks. */
function committed(harness: Harness): number {
  return harness.capabilities.throttle?.committed ?? 0;
}

/** Queues so many groups on a slow link that most of them are still here; each begins with its number. */
async function backlog(harness: Harness, pair: Pair, stage: Stage): Promise<readonly SendStream[]> {
  stage.endpoints.throttle?.(SPEED);
  const count = Math.ceil((committed(harness) * 2) / GROUP) + 8;
  const streams = Array.from({ length: count }, () => pair.client.uni(1).stream);
  streams.forEach((stream, i) => {
    stream.write(Uint8Array.of(i & 0xff));
    stream.write(pattern(GROUP - 1, i));
    stream.finish();
  });
  await stage.until(() => pair.server.record.unis.length > 0, "the first of the backlog");
  return streams;
}

/** Bytes that have arrived on streams whose first byte is not `mark`. */
function arrivedBeside(pair: Pair, mark: number): number {
  return pair.server.record.unis.reduce((sum, { record }) => {
    return sum + (record.chunks[0]?.[0] === mark ? 0 : record.length);
  }, 0);
}

function hasFinished(pair: Pair, mark: number): boolean {
  return pair.server.record.unis.some(({ record }) => record.fin && record.chunks[0]?.[0] === mark);
}

async function overtakes(harness: Harness): Promise<void> {
  await withPair(harness, ROOMY, async (pair, stage) => {
    const streams = await backlog(harness, pair, stage);
    const before = arrivedBeside(pair, 255);
    const urgent = pair.client.uni(9).stream;
    urgent.write(Uint8Array.of(255));
    urgent.write(pattern(URGENT - 1, 1));
    urgent.finish();
    let beside = 0;
    await stage.until(() => {
      beside = arrivedBeside(pair, 255);
      return hasFinished(pair, 255);
    }, "the urgent stream");
    const overtaken = streams.length * GROUP - beside;
    assert.ok(beside - before <= committed(harness), `${beside - before} bytes went first`);
    assert.ok(overtaken > 0);
    stage.endpoints.throttle?.(undefined);
    await stage.until(
      () => pair.server.record.unis.filter(({ record }) => record.fin).length === streams.length + 1,
      "the backlog",
    );
  });
}

async function ranksAnew(harness: Harness): Promise<void> {
  await withPair(harness, ROOMY, async (pair, stage) => {
    const streams = await backlog(harness, pair, stage);
    const last = streams.length - 1;
    const before = arrivedBeside(pair, last);
    streams[last]?.setPriority(9);
    let beside = 0;
    await stage.until(() => {
      beside = arrivedBeside(pair, last);
      return hasFinished(pair, last);
    }, "the stream that was lifted");
    assert.ok(beside - before <= committed(harness), `${beside - before} bytes went first`);
  });
}

async function goesLast(harness: Harness): Promise<void> {
  await withPair(harness, ROOMY, async (pair, stage) => {
    const streams = await backlog(harness, pair, stage);
    const last = streams.length - 1;
    streams[last]?.setPriority(-5);
    await stage.until(() => hasFinished(pair, last), "the stream that was put last");
    const unfinished = pair.server.record.unis.filter(({ record }) => !record.fin);
    // Bindings may interleave what they had taken up of the last two or three.
    assert.ok(unfinished.length * GROUP <= committed(harness), `${unfinished.length} streams came after the last`);
  });
}

async function cancelsTheBacklog(harness: Harness): Promise<void> {
  await withPair(harness, ROOMY, async (pair, stage) => {
    const streams = await backlog(harness, pair, stage);
    const before = arrivedBeside(pair, 255);
    for (const stream of streams) stream.reset(2);
    assert.equal(pair.client.connection.stats().bytesQueued, 0);
    const fresh = pair.client.uni(1).stream;
    fresh.write(Uint8Array.of(255));
    fresh.finish();
    await stage.until(() => hasFinished(pair, 255), "a stream after the backlog was given up");
    const late = arrivedBeside(pair, 255) - before;
    assert.ok(late <= committed(harness), `${late} bytes of abandoned streams came first`);
  });
}

export const priorityCases: readonly Case[] = [
  { name: "a stream of higher priority overtakes the backlog", needs: "throttle", run: overtakes },
  { name: "setPriority lifts a stream over the backlog", needs: "throttle", run: ranksAnew },
  { name: "setPriority puts a stream behind the others", needs: "throttle", run: goesLast },
  { name: "a backlog that is reset makes room at once", needs: "throttle", run: cancelsTheBacklog },
];
