import { parseArgs } from "node:util";

/** How long a fuzz runs, seconds, and what its chance hangs on. */
export interface Settings {
  readonly seconds: number;
  readonly seed: number;
}

/**
 * Reads `--seconds` (default 10) and `--seed` (default: any).
 *
 * @throws when an option is unknown or is no number.
 */
export function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({ args: [...args], options: { seconds: { type: "string" }, seed: { type: "string" } } });
  const seconds = Number(values.seconds ?? 10);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(seconds > 0) || !Number.isSafeInteger(seed)) throw new Error("--seconds and --seed need numbers");
  return { seconds, seed };
}
