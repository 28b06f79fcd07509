/**
 * What viewers notice of faults: something dies, falls silent or is asked to end under a flow, again and again. Frames missing,
 * frames that came twice, and the longest gap beyond the interval of frames.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inNamespace, isInNamespace, namespaceMissing } from "../net/namespace.ts";
import { PARTITION } from "./faults/partition.ts";
import { PUBLISHER_RETURNS } from "./faults/publisher-returns.ts";
import { RELAY_FAULTS } from "./faults/relay-faults.ts";
import { ROLLING_DRAIN } from "./faults/rolling-drain.ts";
import { DEFAULTS, type Fault, type Options } from "./faults/suffered.ts";
import { numbers } from "./options.ts";
import { keep, printTable } from "./report.ts";

export const FAULTS: readonly Fault[] = [...RELAY_FAULTS, PUBLISHER_RETURNS, ROLLING_DRAIN, PARTITION];

const BENCH = fileURLToPath(new URL("../bench.ts", import.meta.url));

export async function faults(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const rows = [];
  const chosen = FAULTS.filter((_, i) => options.only < 0 || options.only === i);
  for (const fault of Array.from({ length: options.rounds }, () => chosen).flat()) {
    const missing = fault.missing?.();
    if (missing !== undefined) {
      console.log(`without ${fault.name}: ${missing}`);
      continue;
    }
    if (fault.alone && !isInNamespace()) {
      inflictAlone(fault, options);
      continue;
    }
    for (const row of await fault.suffer(options)) {
      keep("faults", { options, ...row });
      rows.push(row);
    }
  }
  printTable(`Faults: ${options.cycles} cycles each, gaps in ms beyond the interval of frames`, rows);
}

/** The same bench with this fault only, in a network namespace of its own: there it prints its row. */
function inflictAlone(fault: Fault, options: Options): void {
  const missing = namespaceMissing();
  if (missing !== undefined) return console.log(`without ${fault.name}: ${missing}`);
  const given = Object.entries({ ...options, rounds: 1, only: FAULTS.indexOf(fault) });
  const args = [BENCH, "faults", ...given.flatMap(([name, value]) => [`--${name}`, String(value)])];
  const command = inNamespace({ file: process.execPath, args, env: process.env });
  const { status } = spawnSync(command.file, command.args, { stdio: "inherit", env: command.env });
  if (status !== 0) throw new Error(`${fault.name}: ended with ${status}`);
}
