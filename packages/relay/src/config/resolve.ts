import type { Given } from "./given.ts";
import { flagOf, keyOf, variableOf } from "./names.ts";
import type { Absent, Option } from "./option.ts";
import { OPTIONS } from "./options/index.ts";
import type { Problem } from "./problem.ts";
import { describeSource, lineOf, type Source } from "./source.ts";

/** The values that were given, after precedence and types. */
export interface Resolved {
  readonly values: ReadonlyMap<string, unknown>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** How something that can be read in two ways was read. */
  readonly notes: readonly string[];
}

interface Parsed {
  readonly given: Given;
  readonly value: unknown;
}

const PRECEDENCE = ["flag", "env", "file"] as const;

/** Brings what all sources give together: flag before environment before file, two spellings in one source refused. */
export function resolve(all: readonly Given[]): Resolved {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const notes: string[] = [];
  const values = new Map<string, unknown>();
  const sources = new Map<string, Source>();
  const given = all.map((one) => readConnect(one, notes));
  for (const [entry, same] of Map.groupBy(given, (one) => one.entry)) {
    if (entry.state !== "available") {
      for (const one of same) refuseAbsent(entry, one, problems, warnings);
      continue;
    }
    // All of them are parsed, also those that lose: a wrong value is reported wherever it stands.
    const parsed = same.flatMap((one) => parseGiven(entry, one, problems));
    for (const kind of PRECEDENCE) {
      const here = parsed.filter((one) => one.given.source.kind === kind);
      if (here.length === 0) continue;
      if (contradicts(entry, here)) problems.push(twoAtOnce(here));
      if (!values.has(entry.path)) {
        values.set(entry.path, here[0]!.value);
        sources.set(entry.path, here[0]!.given.source);
      }
    }
  }
  return { values, sources, problems, warnings, notes };
}

/** `cluster.connect` with a single bare host means a root, as until 0.13 of the Rust relay; anything else means peers. */
function readConnect(given: Given, notes: string[]): Given {
  if (given.entry.path !== "cluster.connect" || given.single !== true) return given;
  const [written] = given.written as unknown[];
  const bare = typeof written === "string" && written !== "" && !written.includes("://");
  const where = describeSource(given.source);
  notes.push(`${where}: read as ${bare ? "a root (a single host without a scheme)" : "a peer (a URL)"}`);
  return bare ? { ...given, entry: ROOT } : given;
}

const ROOT: Option = OPTIONS.find((option) => option.path === "cluster.root")!;

function parseGiven(option: Option, given: Given, problems: Problem[]): Parsed[] {
  const items = option.shape === "list" ? (given.written as readonly unknown[]) : [given.written];
  const parsed: unknown[] = [];
  for (const item of items) {
    const result = option.type.safeParse(item);
    if (result.success) parsed.push(result.data);
    else problems.push({ ...placeOf(given), what: result.error.issues[0]!.message });
  }
  if (parsed.length < items.length) return [];
  return [{ given, value: option.shape === "list" ? parsed : parsed[0] }];
}

function placeOf({ source }: Given): Pick<Problem, "where" | "line"> {
  return { where: describeSource(source), ...lineOf(source) };
}

/** Two spellings at once contradict each other, unless they are the older pair for the two directions and agree. */
function contradicts(option: Option, here: readonly Parsed[]): boolean {
  if (here.length === 1) return false;
  const pair = option.older?.perDirection === true && here.every((one) => isOlder(option, one.given.spelling));
  return !pair || here.some((one) => one.value !== here[0]!.value);
}

function isOlder(option: Option, spelling: string): boolean {
  const own = option.flag ?? option.path;
  return ![flagOf(own), variableOf(own), keyOf(option.path)].includes(spelling);
}

function twoAtOnce(here: readonly Parsed[]): Problem {
  return {
    ...lineOf(here[0]!.given.source),
    where: here.map((one) => describeSource(one.given.source)).join(" and "),
    what: "are one setting in two spellings: keep one of them",
  };
}

function refuseAbsent(entry: Absent, given: Given, problems: Problem[], warnings: string[]): void {
  const where = describeSource(given.source);
  const off = entry.off !== undefined && String(given.written) === String(entry.off);
  if (off) return;
  if (entry.state === "gone") warnings.push(`${where}: has no effect: ${entry.advice}`);
  else problems.push({ ...placeOf(given), what: `not available in this version: ${entry.advice}` });
}
