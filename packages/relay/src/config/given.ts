import type { Entry } from "./option.ts";
import type { Problem } from "./problem.ts";
import type { Source } from "./source.ts";

/** One value that one source gives, as written. */
export interface Given {
  readonly entry: Entry;
  readonly source: Exclude<Source, { kind: "development" }>;
  /** The spelling, without the place: two spellings of one entry in one source are a conflict. */
  readonly spelling: string;
  /** Text, or what TOML has; lists are split already. */
  readonly written: unknown;
  /** Written as one value where a list could stand. */
  readonly single?: boolean;
}

/** What reading one source gives. */
export interface Reading {
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
  /** Things that were seen and change nothing. */
  readonly warnings: readonly string[];
}

/** `a,b` as a list; the empty text is one empty item. */
export function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}
