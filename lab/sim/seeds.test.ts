/** The simulator: random histories of small clusters, and that the same seed is the same run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { holds } from "./checks/holds.ts";
import { randomScenario } from "./plan/random-scenario.ts";
import { runScenario } from "./run.ts";
import { shrink } from "./shrink.ts";

/** From which seed, and how many: MOQ_SIM_SEEDS=4000..4999 runs others. */
const [FIRST = 1, LAST = FIRST] = (process.env.MOQ_SIM_SEEDS ?? "1..860").split("..").map(Number);

test(`seeds ${FIRST} to ${LAST} break no invariant`, () => {
  for (let seed = FIRST; seed <= LAST; seed++) holds(seed);
});

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
