import { type Given, type Reading, splitList } from "./given.ts";
import { indexBy } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { Entry } from "./option.ts";
import { ENTRIES } from "./options/index.ts";

const VARIABLES = indexBy(ENTRIES, "variables");

/**
 * Reads the variables that begin with `MOQ_`. One that is empty counts as unset, as `${NAME:-}` in a compose file makes
 * it, but for options where the empty text has a meaning. Unknown ones are only a warning: other programs have some too.
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Reading {
  const given: Given[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !name.startsWith("MOQ_")) continue;
    const entry = VARIABLES.get(name);
    if (entry === undefined) {
      const hint = nearest(name, VARIABLES.keys());
      warnings.push(`${name}: unknown variable, ignored${hint ? `; did you mean ${hint}?` : ""}`);
    } else if (value !== "" || emptyCounts(entry)) {
      const list = entry.state === "available" && entry.shape === "list";
      const written = list ? splitList(value) : value;
      given.push({ entry, source: { kind: "env", name }, spelling: name, written, single: written.length === 1 });
    }
  }
  return { given, problems: [], warnings };
}

function emptyCounts(entry: Entry): boolean {
  return entry.state === "available" && entry.emptyCounts === true;
}
