/**
 * CUBIC and BBR compared over a link that loses packets by chance: goodput and delivery time of bulk, delivery time of a live
 * track (30 frames a second, 2 Mbit/s), alone and beside bulk under the same control, and what each costs the relay's processor without loss. The trials of one link follow
 * one another, because on a shared machine only figures of the same minutes compare.
 */
import { fileURLToPath } from "node:url";
import { inNamespace, namespaceMissing } from "../net/namespace.ts";
import { Program } from "../process/program.ts";
import { quicMissing } from "../process/quic-addon.ts";
import { relayCost } from "./congestion/relay-cost.ts";
import type { Flow, Trial, TrialResult } from "./congestion/trial.ts";
import { numbers } from "./options.ts";
import { keep, median, printTable, type Row } from "./report.ts";

const DEFAULTS = {
  /** How often everything is measured. */
  rounds: 3,
  /** Of the link: Mbit/s, and milliseconds that its full queue takes. */
  rate: 20,
  queue: 50,
  /** Seconds before and during each measurement. */
  settle: 3,
  measure: 10,
  seed: 1,
  /** Subscribers of the relay when its processor time is measured; none: it is not. */
  subscribers: 200,
};
type Options = typeof DEFAULTS;

const CONTROLS = ["cubic", "bbr"] as const;
const FLOWS: readonly Flow[] = ["bulk", "track", "track beside bulk"];
/** Percent, and milliseconds. */
const LOSSES = [0, 1, 3];
const ROUND_TRIPS = [20, 100];

const PROGRAM = fileURLToPath(new URL("./congestion/run-trial.ts", import.meta.url));

type Done = { readonly trial: Trial; readonly result: TrialResult };

export async function congestion(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const missing = quicMissing();
  if (missing !== undefined) throw new Error(missing);
  const unbounded = namespaceMissing();
  if (unbounded !== undefined) console.log(`the link is as fast as the machine: ${unbounded}`);
  const done: Done[] = [];
  const costs: { readonly control: string; readonly cost: number }[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const trial of trials(options, round, unbounded === undefined)) {
      const result = await measure(trial);
      keep("congestion", { round, trial, result });
      done.push({ trial, result });
    }
    for (const control of options.subscribers > 0 ? CONTROLS : []) {
      const cost = await relayCost(control, options);
      keep("congestion", { round, control, cost });
      costs.push({ control, cost });
    }
  }
  const link = unbounded === undefined ? `${options.rate} Mbit/s with a queue of ${options.queue} ms` : "no bound";
  for (const flow of FLOWS) printTable(`${flow}: medians of ${options.rounds} rounds; ${link}`, table(done, flow));
  printTable(
    "The relay's processor, without loss",
    CONTROLS.map((control) => ({
      control,
      "CPU s/Gbit": median(costs.filter((one) => one.control === control).map(({ cost }) => cost)),
    })),
  );
}

/** All trials of a round. Both controls meet the same seed. */
function trials({ rate, queue, settle, measure, seed }: Options, round: number, bounded: boolean): Trial[] {
  const common = { rate: bounded ? rate : undefined, queue, settle, measure, seed: seed + round };
  return FLOWS.flatMap((flow) =>
    LOSSES.flatMap((loss) =>
      ROUND_TRIPS.flatMap((rtt) => CONTROLS.map((control): Trial => ({ ...common, control, flow, loss, rtt }))),
    ),
  );
}

async function measure(trial: Trial): Promise<TrialResult> {
  const command = { file: process.execPath, args: [PROGRAM, JSON.stringify(trial)] };
  const program = new Program("trial", trial.rate === undefined ? command : inNamespace(command));
  const code = await program.exited;
  const answer = program.lines.findLast((line) => line.startsWith("{"));
  if (code !== 0 || answer === undefined) throw new Error(`a trial ended with ${code}:\n${program.lines.join("\n")}`);
  // What is no number is null in JSON.
  return JSON.parse(answer, (_, value) => value ?? Number.NaN) as TrialResult;
}

function table(done: readonly Done[], flow: Trial["flow"]): Row[] {
  return LOSSES.flatMap((loss) =>
    ROUND_TRIPS.flatMap((rtt) =>
      CONTROLS.map((control) => {
        const wanted = { flow, loss, rtt, control };
        const results = done.filter(({ trial }) => matches(trial, wanted)).map(({ result }) => result);
        const of = (pick: (result: TrialResult) => number) => median(results.map(pick));
        return {
          "loss %": loss,
          "RTT ms": rtt,
          control,
          "Mbit/s": of((result) => result.mbitPerSecond),
          "p50 ms": of((result) => result.p50),
          "p99 ms": of((result) => result.p99),
          "smoothed RTT ms": of((result) => result.rtt),
          "sent/delivered": of((result) => result.overhead),
        };
      }),
    ),
  );
}

function matches(trial: Trial, wanted: Partial<Trial>): boolean {
  return (Object.keys(wanted) as (keyof Trial)[]).every((key) => trial[key] === wanted[key]);
}
