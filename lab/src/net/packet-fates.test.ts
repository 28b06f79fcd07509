import assert from "node:assert/strict";
import { test } from "node:test";
import { FAULTLESS, type LinkFaults } from "./link-faults.ts";
import { type Fate, PacketFates } from "./packet-fates.ts";

const SEED = 7;
const PACKETS = 100_000;

function fates(faults: Partial<LinkFaults>, { seed = SEED, direction = "up" } = {}): (Fate | undefined)[] {
  const source = new PacketFates(seed, direction);
  return Array.from({ length: PACKETS }, () => source.next({ ...FAULTLESS, ...faults }, 1200));
}

/** Shares of a fixed seed: they are what they are, in every run. */
function assertShare(list: readonly (Fate | undefined)[], which: (fate: Fate | undefined) => boolean, share: number) {
  const found = list.filter(which).length / list.length;
  assert.ok(Math.abs(found - share) < share / 10, `${found} is not about ${share}`);
}

test("the same seed decides the same, another seed or direction something else", () => {
  const faults = { loss: 0.02, jitter: 5, corrupt: 0.01 };
  assert.deepEqual(fates(faults), fates(faults));
  assert.notDeepEqual(fates(faults), fates(faults, { seed: SEED + 1 }));
  assert.notDeepEqual(fates(faults), fates(faults, { direction: "down" }));
});

test("losses are the share that was asked for, whether they come alone or in bursts", () => {
  for (const [loss, burst] of [
    [0.01, 1],
    [0.02, 3],
    [0.3, 1],
    [0.3, 10],
  ] as const) {
    assertShare(fates({ loss, burst }), (fate) => fate === undefined, loss);
  }
});

test("a burst takes its packets in a row", () => {
  const runs = fates({ loss: 0.001, burst: 3 })
    .map((fate) => (fate === undefined ? "x" : "."))
    .join("")
    .match(/x+/g);
  assert.ok(runs?.every((run) => run.length % 3 === 0));
});

test("with a loss of one nothing passes", () => {
  assert.ok(fates({ loss: 1 }).every((fate) => fate === undefined));
});

test("duplicates, held back and corrupted packets are the shares that were asked for", () => {
  const list = fates({ duplicate: 0.01, reorder: 0.1, corrupt: 0.02 });
  assertShare(list, (fate) => fate?.copies === 2, 0.01);
  assertShare(list, (fate) => fate?.heldBack === true, 0.1);
  assertShare(list, (fate) => fate?.turnedBit !== undefined, 0.02);
  assert.ok(list.every((fate) => (fate?.turnedBit ?? 0) < 1200 * 8));
});

test("a fault that is switched on does not change what others decide", () => {
  const lost = (list: readonly unknown[]) => list.map((fate) => fate === undefined);
  assert.deepEqual(lost(fates({ loss: 0.02 })), lost(fates({ loss: 0.02, jitter: 3, duplicate: 0.5 })));
});
