/**
 * Made-up bytes for everything that takes bytes from outside: first all inputs of the corpus, then new ones for a while. What
 * is found is printed with the command that repeats it, and put into the corpus.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Campaign } from "../src/fuzz/campaign.ts";
import { readCorpus, toHex } from "../src/fuzz/corpus.ts";
import { reportOf } from "../src/fuzz/runner.ts";
import { TARGETS } from "../src/fuzz/targets/index.ts";
import { SEED } from "../src/process/random-order.ts";

/** For all targets together; more than the share of one is spent only when a slow input is looked at again. */
const SECONDS = Number(process.env.MOQ_FUZZ_SECONDS ?? 60);
const WEIGHTS = TARGETS.reduce((sum, { weight }) => sum + weight, 0);

describe("inputs that once showed a fault or something new", () => {
  for (const target of TARGETS) {
    test(`${target.name} holds`, async () => {
      for (const input of readCorpus(target.name)) {
        try {
          await target.run(input);
        } catch (error) {
          assert.fail(`--target ${target.name} --input ${toHex(input)}: ${(error as Error).message}`);
        }
      }
    });
  }
});

describe(`inputs that nobody has tried, ${SECONDS} s of them`, {
  skip: SECONDS > 0 ? false : "MOQ_FUZZ_SECONDS=0",
}, () => {
  for (const target of TARGETS) {
    test(`${target.name} holds`, async (context) => {
      const bounds = { seconds: (SECONDS * target.weight) / WEIGHTS, cases: Number.POSITIVE_INFINITY };
      const { cases, busy, failures } = await new Campaign(target, SEED).run(bounds);
      context.diagnostic(`seed ${SEED}: ${cases} cases in ${busy.toFixed(1)} processor seconds`);
      assert.deepEqual(failures.map(reportOf), []);
    });
  }
});
