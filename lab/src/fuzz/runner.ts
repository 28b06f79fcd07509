import { Campaign, type Failure, type Outcome } from "./campaign.ts";
import { addToCorpus, toHex } from "./corpus.ts";
import { allocationOf, effortOf } from "./effort.ts";
import { MAX_EFFORT, type Target } from "./target.ts";

/** A run of several targets, one after the other. */
export interface Plan {
  readonly seed: number;
  /** For all together, shared out by weight. Without seconds and cases it is a minute. */
  readonly seconds: number | undefined;
  /** For each target. */
  readonly cases: number | undefined;
  /** Puts up to so many of the inputs with new outcomes into the corpus, the shortest first. */
  readonly keep: number;
}

const DEFAULT_SECONDS = 60;

/** Runs targets and prints what came of it. False when something failed. */
export async function fuzz(targets: readonly Target[], plan: Plan): Promise<boolean> {
  const { seed, cases = Number.POSITIVE_INFINITY } = plan;
  const seconds = plan.seconds ?? (plan.cases === undefined ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY);
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  const stackTraceLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  console.log(
    `seed ${seed}\n\n| target | cases | seconds | processor seconds | cases a processor second | outcomes | failures |\n|---|--:|--:|--:|--:|--:|--:|`,
  );
  const all: Outcome[] = [];
  for (const target of targets) {
    const outcome = await new Campaign(target, seed).run({ cases, seconds: (seconds * target.weight) / weights });
    all.push(outcome);
    console.log(rowOf(target.name, outcome));
    for (const failure of outcome.failures) console.log(reportOf(failure));
    const shortest = outcome.found.toSorted((a, b) => a.length - b.length).slice(0, plan.keep);
    for (const input of shortest) addToCorpus(target.name, input, "");
  }
  Error.stackTraceLimit = stackTraceLimit;
  const sum: Outcome = {
    cases: all.reduce((total, one) => total + one.cases, 0),
    seconds: all.reduce((total, one) => total + one.seconds, 0),
    busy: all.reduce((total, one) => total + one.busy, 0),
    outcomes: all.reduce((total, one) => total + one.outcomes, 0),
    failures: all.flatMap(({ failures }) => failures),
    found: [],
  };
  console.log(rowOf("all", sum));
  return sum.failures.length === 0;
}

/** Gives one input to targets, and prints what came of it. False when something does not hold. */
export async function replay(targets: readonly Target[], input: Uint8Array): Promise<boolean> {
  let whole = true;
  for (const target of targets) {
    try {
      const outcome = await target.run(input);
      const effort = await effortOf(target, input);
      const bytes = await allocationOf(target, input);
      if (effort > (target.maxEffort ?? MAX_EFFORT) || bytes > target.maxAllocated) whole = false;
      console.log(`${target.name}: ${outcome} (${effort.toFixed(3)} ms, ${bytes} bytes allocated)`);
    } catch (error) {
      whole = false;
      console.log(`${target.name}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  return whole;
}

/** The command that repeats a failure. */
function commandOf({ target, shrunk }: Failure): string {
  return `node lab/src/fuzz.ts --target ${target} --input ${toHex(shrunk) || '""'}`;
}

/** Everything that is to be said of a failure. Its smallest input goes into the corpus. */
export function reportOf(failure: Failure): string {
  const { target, seed, input, shrunk, what } = failure;
  addToCorpus(target, shrunk, what.split("\n")[0] ?? "");
  return [
    `\n${target}, seed ${seed}, case ${failure.case}: ${what}`,
    `  input:  ${toHex(input)}`,
    `  shrunk: ${toHex(shrunk)}`,
    `  repeat: ${commandOf(failure)}\n`,
  ].join("\n");
}

function rowOf(name: string, { cases, seconds, busy, outcomes, failures }: Outcome): string {
  const rate = Math.round(cases / busy).toLocaleString("en");
  const figures = [cases.toLocaleString("en"), seconds.toFixed(1), busy.toFixed(1), rate, outcomes, failures.length];
  return `| ${name} | ${figures.join(" | ")} |`;
}
