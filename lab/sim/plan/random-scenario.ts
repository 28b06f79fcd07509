import type { Scenario } from "../run.ts";
import { Chance } from "../world/random.ts";
import { generate, TIMES } from "./generate.ts";
import { makeTopology, SMALL } from "./topology.ts";

/** The history of a seed; without a topology the seed picks a small one. */
export function randomScenario(seed: number, topology?: string): Scenario {
  const chance = new Chance(`scenario ${seed}`);
  const picked = chance.pick(SMALL);
  const made = makeTopology(topology ?? picked, chance.fork("topology"));
  return { seed, topology: made, steps: generate(made, chance.fork("steps")), end: TIMES.end };
}
