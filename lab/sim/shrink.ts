import type { Scenario } from "./run.ts";

/**
 * Leaves out steps as long as the scenario still fails: halves first, then single ones. Steps stand for themselves (a fault
 * ends by itself, a client that never came cannot leave), so any of them can be left out.
 */
export function shrink(scenario: Scenario, fails: (scenario: Scenario) => boolean): Scenario {
  let smallest = scenario;
  for (let size = scenario.steps.length >> 1; size >= 1; size = size === 1 ? 0 : size >> 1) {
    for (let from = 0; from < smallest.steps.length; ) {
      const steps = [...smallest.steps.slice(0, from), ...smallest.steps.slice(from + size)];
      const candidate = { ...smallest, steps };
      if (fails(candidate)) smallest = candidate;
      else from += size;
    }
  }
  return smallest;
}
