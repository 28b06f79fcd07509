import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bounds, Campaign, type Outcome } from "./campaign.ts";
import type { Target } from "./target.ts";

const SEED = Number(process.env.MOQ_LAB_SEED ?? Date.now() % 1_000_000);
const CASES = { cases: 20_000, seconds: 60 };
/** Enough to meet every first byte, where each case may take long. */
const FEW_CASES = { cases: 4_000, seconds: 60 };

/** Takes "abc" and anything; what `run` does with it is up to the test. */
function target(run: (input: Uint8Array) => string, own: Partial<Target> = {}): Target {
  const abc = Uint8Array.of(0x61, 0x62, 0x63);
  const base = { maxInput: 64, maxAllocated: 8 << 20, weight: 1, dictionary: [abc] };
  return { name: "test/none", ...base, seeds: () => [abc, new Uint8Array(20)], run, ...own };
}

function fuzz(run: (input: Uint8Array) => string, bounds: Bounds = CASES): Promise<Outcome> {
  return new Campaign(target(run), SEED).run(bounds);
}

test("an exception is found, once for each kind, and shrunk to what causes it", async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const { failures } = await fuzz((input) => {
    const at = input.indexOf(0xff);
    if (at >= 0 && input[at + 1] === 0x61) throw new RangeError(`byte ${at} is wrong`);
    return `${input.length}`;
  });
  assert.equal(failures.length, 1);
  assert.deepEqual(failures[0]?.shrunk, Uint8Array.of(0xff, 0x61));
  assert.match(failures[0]?.what ?? "", /^RangeError: byte \d+ is wrong/);
});

test("an input that takes long is found", async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const { failures } = await fuzz((input) => {
    const { user } = process.threadCpuUsage();
    if (input[0] === 0x3f) while (process.threadCpuUsage().user < user + 20_000);
    return "";
  }, FEW_CASES);
  assert.match(failures[0]?.what ?? "", /^takes \d+\.\d ms/);
  assert.deepEqual(failures[0]?.shrunk, Uint8Array.of(0x3f));
});

test("an input that allocates what it only promises is found", async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const greedy = (input: Uint8Array): string => `${new Uint8Array(input[0] === 0xc0 ? 64 << 20 : 0).length}`;
  const { failures } = await fuzz(greedy, FEW_CASES);
  assert.match(failures[0]?.what ?? "", /^allocates \d+ bytes/);
  assert.equal(failures[0]?.shrunk[0], 0xc0);
});

test("the same seed gives the same inputs, another one others", async () => {
  const runs = await Promise.all(
    [SEED, SEED, SEED + 1].map(async (seed) => {
      let sum = 0;
      const run = (input: Uint8Array): string => {
        for (const byte of input) sum = (Math.imul(sum, 31) + byte) | 0;
        return `${input[0]}`;
      };
      // Nothing is looked at twice, however busy the machine is.
      const calm = { maxEffort: Number.POSITIVE_INFINITY, maxAllocated: Number.POSITIVE_INFINITY };
      await new Campaign(target(run, calm), seed).run(CASES);
      return sum;
    }),
  );
  assert.equal(runs[0], runs[1]);
  assert.notEqual(runs[0], runs[2]);
});
