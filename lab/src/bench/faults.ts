/**
 * What viewers notice of faults: something dies, falls silent or is asked to end under a flow, again and again. Frames missing,
 * frames that came twice, and the longest gap beyond the interval of frames.
 */
import { PARTITION } from "./faults/partition.ts";
import { PUBLISHER_RETURNS } from "./faults/publisher-returns.ts";
import { RELAY_FAULTS } from "./faults/relay-faults.ts";
import { ROLLING_DRAIN } from "./faults/rolling-drain.ts";
import { DEFAULTS, type Fault } from "./faults/suffered.ts";
import { numbers } from "./options.ts";
import { keep, printTable } from "./report.ts";

export const FAULTS: readonly Fault[] = [...RELAY_FAULTS, PUBLISHER_RETURNS, ROLLING_DRAIN, PARTITION];

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
    for (const row of await fault.suffer(options)) {
      keep("faults", { options, ...row });
      rows.push(row);
    }
  }
  printTable(`Faults: ${options.cycles} cycles each, gaps in ms beyond the interval of frames`, rows);
}
