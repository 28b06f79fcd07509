import { makeTopology } from "../plan/topology.ts";
import { type Outcome, type RunOptions, runScenario } from "../run.ts";
import { Chance } from "../world/random.ts";
import type { NamedScenario } from "./named.ts";

const SEED = 1;

/** Plays a history with a name, in its topology with links that are all alike. */
export function play(
  { topology, tokens = false, steps, end = 60_000, expect }: NamedScenario,
  options: RunOptions = {},
): Outcome {
  const made = makeTopology(topology, new Chance("named"));
  const shape = { delay: 10, jitter: 0, loss: 0 };
  const links = made.links.map(({ a, b }) => ({ a, b, shape }));
  const nodes = made.nodes.map(({ skew: _, ...node }) => ({ ...node, tokens }));
  return runScenario({ seed: SEED, topology: { ...made, nodes, links }, steps, end, expect }, options);
}
