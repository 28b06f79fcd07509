import assert from "node:assert/strict";
import { randomScenario } from "../plan/random-scenario.ts";
import { runScenario } from "../run.ts";

/** Plays a random history. Throws an `AssertionError` that says how to replay it when an invariant does not hold. */
export function holds(seed: number, topology?: string): void {
  const { violations, transcript } = runScenario(randomScenario(seed, topology));
  const [first] = violations;
  const lines = transcript.last(50).join("\n");
  const replay = `node lab/sim/sim.ts --seed ${seed}${topology === undefined ? "" : ` --topology ${topology}`}`;
  assert.equal(first, undefined, `${replay}: ${first?.invariant}: ${first?.who} ${first?.what}\n${lines}`);
}
