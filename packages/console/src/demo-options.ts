import { parseArgs } from "node:util";

/** The ports of the demo's relays, on 127.0.0.1. */
export interface DemoPorts {
  readonly root: number;
  readonly first: number;
  readonly second: number;
}

const BASE = 4440;
/** The ports are the base, and these beyond it. */
const FIRST = 3;
const SECOND = 4;

/**
 * Reads the demo's arguments: `--port-base N`.
 *
 * @throws with what is wrong, for people.
 */
export function demoPorts(argv: readonly string[]): DemoPorts {
  const { values } = parseArgs({ args: [...argv], options: { "port-base": { type: "string" } } });
  const written = values["port-base"] ?? String(BASE);
  const base = Number(written);
  if (!/^\d+$/.test(written) || base < 1 || base + SECOND > 65_535) {
    throw new Error(`--port-base ${written}: write a port such as 4540`);
  }
  return { root: base, first: base + FIRST, second: base + SECOND };
}

/** What to type when a port of the demo is taken. */
export function elsewhere({ root }: DemoPorts): string {
  return `npm run demo -- --port-base ${root + 100}`;
}
