/** The simulator: a modest number of random histories, and that the same seed is the same run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomScenario } from "../sim/plan/random-scenario.ts";
import { runScenario } from "../sim/run.ts";
import { shrink } from "../sim/shrink.ts";

/** From which seed, and how many: MOQ_SIM_SEEDS=4000..4999 runs others. */
const [FIRST = 1, LAST = FIRST] = (process.env.MOQ_SIM_SEEDS ?? "1..250").split("..").map(Number);

test(`seeds ${FIRST} to ${LAST} break no invariant`, () => {
  for (let seed = FIRST; seed <= LAST; seed++) whole(seed);
});

test("nor do some where each relay feeds one other, in a long chain", () => {
  for (let seed = FIRST; seed < FIRST + 20; seed++) whole(seed, "vine");
});

function whole(seed: number, topology?: string): void {
  const { violations, transcript } = runScenario(randomScenario(seed, topology));
  const [first] = violations;
  const lines = transcript.last(50).join("\n");
  const replay = `node lab/sim/sim.ts --seed ${seed}${topology === undefined ? "" : ` --topology ${topology}`}`;
  assert.equal(first, undefined, `${replay}: ${first?.invariant}: ${first?.who} ${first?.what}\n${lines}`);
}

test("the same seed is the same run, to the letter", () => {
  for (const seed of [3, 11, 29]) {
    const [one, other] = [1, 2].map(() => runScenario(randomScenario(seed), { detail: true }));
    assert.ok(one && other && one.transcript.all.length > 50);
    assert.deepEqual(
      [one.transcript.digest, one.events, one.frames],
      [other.transcript.digest, other.events, other.frames],
    );
  }
});

test("a failing history is shrunk to the steps that matter", () => {
  const scenario = randomScenario(3);
  const [, culprit] = scenario.steps;
  const small = shrink(scenario, ({ steps }) => steps.includes(culprit!));
  assert.deepEqual(small.steps, [culprit]);
});
