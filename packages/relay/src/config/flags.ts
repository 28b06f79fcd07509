import { parseArgs } from "node:util";
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
  // What stands after an unknown flag is most likely its value, not a file.
  let valueOfUnknown = -1;
  for (const token of parse(argv).tokens) {
    if (token.kind === "positional" && token.index !== valueOfUnknown) files.push(token.value);
    if (token.kind !== "option") continue;
    if (token.rawName === "--help" || token.rawName === "-h") help ??= "short";
    else if (token.rawName === "--help-all") help = "all";
    else if (token.rawName === "--version" || token.rawName === "-V") version = true;
    else {
      const read = readOne(token);
      if ("what" in read) {
        problems.push(read);
        if (token.inlineValue !== true) valueOfUnknown = token.index + 1;
      } else occurrences.push(read);
    }
  }
  if (files.length > 1) problems.push(tooManyFiles(files, occurrences));
  return { ...combine(occurrences, problems), file: files[0], help, version };
}

function parse(argv: readonly string[]) {
  const options = {
    help: { type: "boolean", short: "h" },
    "help-all": { type: "boolean" },
    version: { type: "boolean", short: "V" },
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
    if (takesValue && next !== undefined && !next.startsWith("--")) {
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
    const hint = nearest(name, FLAGS.keys());
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
