import { parseArgs } from "node:util";
import { DEVELOPMENT_PORT } from "./development.ts";
import { type Given, type Reading, splitList } from "./given.ts";
import { indexBy } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { Entry } from "./option.ts";
import { ENTRIES } from "./options/index.ts";
import type { Problem } from "./problem.ts";

/** What the command line says. */
export interface CommandLine extends Reading {
  /** The positional `[FILE]`. */
  readonly file: string | undefined;
  readonly help: "short" | "all" | undefined;
  readonly version: boolean;
  /** Only to be checked, not run. */
  readonly check: boolean;
  /** The port of development mode; undefined when it is not asked for. */
  readonly development: number | undefined;
}

interface Occurrence {
  readonly entry: Entry;
  readonly name: string;
  readonly value: string;
}

const FLAGS = indexBy(ENTRIES, "flags");

/** Reads the arguments after the program's name. */
export function readFlags(argv: readonly string[]): CommandLine {
  const problems: Problem[] = [];
  const occurrences: Occurrence[] = [];
  const files: string[] = [];
  let help: CommandLine["help"];
  let version = false;
  let check = false;
  let development: number | undefined;
  // What stands after an unknown flag is most likely its value, not a file.
  let valueOfUnknown = -1;
  for (const token of parse(argv).tokens) {
    if (token.kind === "positional" && token.index !== valueOfUnknown) files.push(token.value);
    if (token.kind !== "option") continue;
    if (token.rawName === "--dev") {
      development = portOf(token.value ?? String(DEVELOPMENT_PORT), problems);
      continue;
    }
    if (token.rawName === "--help" || token.rawName === "-h") help ??= "short";
    else if (token.rawName === "--help-all") help = "all";
    else if (token.rawName === "--version" || token.rawName === "-V") version = true;
    else if (token.rawName === "--check") check = true;
    else {
      const read = readOne(token);
      if ("what" in read) {
        problems.push(read);
        if (token.inlineValue !== true) valueOfUnknown = token.index + 1;
      } else occurrences.push(read);
    }
  }
  if (files.length > 1) problems.push(tooManyFiles(files, occurrences));
  // As many programs have it; a file of that name is `./help`.
  if (files.length === 1 && files[0] === "help") help ??= "short";
  return { ...combine(occurrences, problems), file: files[0], help, version, check, development };
}

function portOf(text: string, problems: Problem[]): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  problems.push({ where: "--dev", what: `"${text}" is not a port: write --dev, or --dev=4453` });
  return DEVELOPMENT_PORT;
}

function parse(argv: readonly string[]) {
  const options = {
    help: { type: "boolean", short: "h" },
    "help-all": { type: "boolean" },
    version: { type: "boolean", short: "V" },
    check: { type: "boolean" },
  } as const;
  return parseArgs({ args: joinValues(argv), options, strict: false, allowPositionals: true, tokens: true });
}

/** `--listen :443` as `--listen=:443`: a flag that lacks its value then does not swallow the flag that follows. */
function joinValues(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return [...joined, ...argv.slice(i)];
    const next = argv[i + 1];
    const takesValue = FLAGS.get(word)?.shape === "value" || FLAGS.get(word)?.shape === "list";
    // A port may follow, but what is no number is the file.
    const takesPort = word === "--dev" && /^\d+$/.test(next ?? "");
    if ((takesValue || takesPort) && next !== undefined && !next.startsWith("--")) {
      joined.push(`${word}=${next}`);
      i += 1;
    } else joined.push(word);
  }
  return joined;
}

function readOne(token: { rawName: string; value: string | undefined }): Occurrence | Problem {
  const name = token.rawName;
  const entry = FLAGS.get(name);
  if (entry === undefined) {
    const hint = nearest(name, [...FLAGS.keys(), "--dev", "--check"]);
    return { where: name, what: hint ? `unknown flag; did you mean ${hint}?` : "unknown flag; see moq-relay --help" };
  }
  const value = token.value ?? (entry.shape === "toggle" ? "true" : undefined);
  return value === undefined ? { where: name, what: "needs a value" } : { entry, name, value };
}

/** Occurrences of one flag become one given value: a list, or a problem. */
function combine(occurrences: readonly Occurrence[], problems: Problem[]): Reading {
  const byName = Map.groupBy(occurrences, (one) => one.name);
  const given: Given[] = [];
  for (const [name, same] of byName) {
    const { entry, value } = same[0]!;
    const list = entry.state === "available" && entry.shape === "list";
    if (!list && same.length > 1) problems.push({ where: name, what: "is given more than once" });
    const written = list ? same.flatMap((one) => splitList(one.value)) : value;
    const single = Array.isArray(written) && written.length === 1;
    given.push({ entry, source: { kind: "flag", name }, spelling: name, written, single });
  }
  return { given, problems, warnings: [] };
}

function tooManyFiles(files: readonly string[], occurrences: readonly Occurrence[]): Problem {
  const toggle = occurrences.find((one) => one.entry.shape === "toggle");
  const stray = files.find((file) => file === "true" || file === "false");
  const hint = stray && toggle ? `: write ${toggle.name}=${stray}` : "";
  return { where: files.join(" "), what: `one configuration file at most can be given${hint}` };
}
