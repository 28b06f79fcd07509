/** Histories with names, from the list of what has gone wrong in clusters of this kind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SCENARIOS } from "../sim/scenarios/index.ts";
import { play } from "../sim/scenarios/play.ts";

/** What waits for something to be built is played only on demand: MOQ_SIM_TODO=1. */
const WITH_TODO = process.env.MOQ_SIM_TODO !== undefined;

for (const scenario of SCENARIOS.filter(({ todo }) => WITH_TODO || todo === undefined)) {
  test(`${scenario.id}: ${scenario.title}`, scenario.todo ? { todo: scenario.todo } : {}, () => {
    const { violations, transcript } = play(scenario);
    const [first] = violations;
    assert.equal(
      first,
      undefined,
      `${first?.invariant}: ${first?.who} ${first?.what}\n${transcript.last(30).join("\n")}`,
    );
  });
}
