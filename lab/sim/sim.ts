/**
 * The simulator's command:
 *
 *   node lab/sim/sim.ts [--topology name] [--seeds A..B] [--keep-going]   random histories; stops at the first that fails
 *   node lab/sim/sim.ts --seed S [--topology name] --verbose [--detail]   one of them, told line by line
 *   node lab/sim/sim.ts --scale N [--broadcasts N]                        what events cost in a large cluster
 */
import { parseArgs } from "node:util";
import { randomScenario } from "./plan/random-scenario.ts";
import { stepText } from "./plan/step.ts";
import { type Outcome, runScenario, type Scenario } from "./run.ts";
import { runScale, scaleTable } from "./scale.ts";
import { shrink } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    topology: { type: "string" },
    seeds: { type: "string" },
    seed: { type: "string" },
    verbose: { type: "boolean", short: "v", default: false },
    detail: { type: "boolean", default: false },
    "keep-going": { type: "boolean" },
    scale: { type: "string" },
    broadcasts: { type: "string", default: "1000" },
  },
});

process.exitCode = values.scale === undefined ? main() : scale(Number(values.scale));

function scale(nodes: number): number {
  const options = { nodes, broadcasts: Number(values.broadcasts), seed: Number(values.seed ?? 1) };
  const began = performance.now();
  console.log(scaleTable(runScale(options)));
  console.log(`(${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  return 0;
}

function main(): number {
  const { first, last } = range();
  const began = performance.now();
  let failed = 0;
  let frames = 0;
  let events = 0;
  for (let seed = first; seed <= last; seed++) {
    const scenario = randomScenario(seed, values.topology);
    const outcome = runScenario(scenario, { echo: values.verbose, detail: values.detail });
    frames += outcome.frames;
    events += outcome.events;
    if (seed % 1_000 === 0) console.error(`seed ${seed}: ${failed} failed so far`);
    if (outcome.violations.length === 0) continue;
    failed += 1;
    report(scenario, outcome);
    if (!values["keep-going"]) break;
  }
  const seconds = (performance.now() - began) / 1_000;
  const runs = last - first + 1;
  console.log(`${runs} seeds in ${seconds.toFixed(1)} s: ${failed} failed; ${events} events, ${frames} frames arrived`);
  return failed > 0 ? 1 : 0;
}

function range(): { first: number; last: number } {
  if (values.seed !== undefined) return { first: Number(values.seed), last: Number(values.seed) };
  const [first = "1", last] = (values.seeds ?? "1..100").split("..");
  return { first: Number(first), last: Number(last ?? first) };
}

function report(scenario: Scenario, outcome: Outcome): void {
  const { seed, topology } = scenario;
  const [violation] = outcome.violations;
  const invariant = violation?.invariant;
  console.log(
    `\nseed ${seed}, ${topology.name}: ${invariant} at ${violation?.at.toFixed(0)} ms: ${violation?.who} ${violation?.what}`,
  );
  console.log(outcome.transcript.last(50).join("\n"));
  const small = shrink(scenario, (each) => runScenario(each).violations[0]?.invariant === invariant);
  const again = runScenario(small);
  const [still] = again.violations;
  console.log(
    `\nshrunk to ${small.steps.length} of ${scenario.steps.length} steps (${still?.invariant}: ${still?.who} ${still?.what}):`,
  );
  for (const step of small.steps) console.log(`  ${stepText(step)}`);
  console.log(
    `\nreplay: node lab/sim/sim.ts --seed ${seed}${values.topology ? ` --topology ${values.topology}` : ""} --verbose\n`,
  );
}
