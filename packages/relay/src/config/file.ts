import { parse, TomlError } from "smol-toml";
import type { Given, Reading } from "./given.ts";
import { indexBy } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { Entry } from "./option.ts";
import { ENTRIES } from "./options/index.ts";
import type { Problem } from "./problem.ts";
import { tomlHint } from "./toml-hint.ts";
import { type KeyLines, keyLines, pathKey } from "./toml-lines.ts";

const KEYS = indexBy(ENTRIES, "keys");

/** Every table that has keys, such as `listen.tls`. */
const TABLES: ReadonlySet<string> = new Set([...KEYS.keys()].flatMap(ancestors));

/** Reads a configuration file. `file` is its name as the operator wrote it. */
export function readFile(file: string, text: string): Reading {
  let table: Record<string, unknown>;
  try {
    table = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    // What is not closed shows only at the end of the file: then it is the last line that says something.
    const written = text.split("\n").slice(0, error.line);
    const hint = tomlHint(written.findLast((line) => line.trim() !== "") ?? "");
    const where = `${file}:${error.line}:${error.column}`;
    const what = `is not TOML: ${reason}${hint ? ` (${hint})` : ""}`;
    return { given: [], problems: [{ where, what, line: error.line }], warnings: [] };
  }
  const walk = new Walk(file, keyLines(text));
  walk.table(table, []);
  return { given: walk.given, problems: walk.problems, warnings: [] };
}

/** Reads the file of this name with `readText`, which throws what `fs.readFileSync` throws. */
export function readNamed(file: string, readText: (file: string) => string): Reading {
  try {
    return readFile(file, readText(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const reason = { ENOENT: "there is no such file", EACCES: "may not be read", EISDIR: "is a folder" }[code] ?? code;
    return { given: [], problems: [{ where: file, what: reason }], warnings: [] };
  }
}

class Walk {
  readonly given: Given[] = [];
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #lines: KeyLines;

  constructor(file: string, lines: KeyLines) {
    this.#file = file;
    this.#lines = lines;
  }

  table(table: Record<string, unknown>, above: readonly string[]): void {
    for (const [name, value] of Object.entries(table)) {
      const segments = [...above, name];
      // Both `max_streams` and `max-streams` are natural in TOML.
      const key = segments.join(".").replaceAll("-", "_");
      const entry = KEYS.get(key);
      if (isTable(value) && TABLES.has(key)) this.table(value, segments);
      else if (entry !== undefined) this.#value(entry, key, segments, value);
      else this.#unknown(key, segments, isTable(value));
    }
  }

  #value(entry: Entry, key: string, segments: readonly string[], value: unknown): void {
    const list = entry.state === "available" && entry.shape === "list";
    const written = list && !Array.isArray(value) ? [value] : value;
    const source = { kind: "file", file: this.#file, key, line: this.#lineOf(segments) } as const;
    this.given.push({ entry, source, spelling: key, written, single: typeof value === "string" });
  }

  #unknown(key: string, segments: readonly string[], table: boolean): void {
    const written = table ? `[${key}]` : key;
    const hint = table ? nearest(key, TABLES) : (sibling(key) ?? nearest(key, KEYS.keys()));
    const what = table ? "unknown table" : "unknown key";
    const line = this.#lineOf(segments);
    this.problems.push({
      line,
      where: `${this.#file}:${line}: ${written}`,
      what: hint ? `${what}; did you mean ${table ? `[${hint}]` : hint}?` : what,
    });
  }

  /** The line of a key, or of the nearest thing around it that has one. */
  #lineOf(segments: readonly string[]): number {
    for (let length = segments.length; length > 0; length--) {
      const line = this.#lines.get(pathKey(segments.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }
}

/** A key of the same name in another table: what somebody means who wrote `[server] level`. */
function sibling(key: string): string | undefined {
  const name = key.split(".").at(-1)!;
  const same = [...KEYS.keys()].filter((other) => other.split(".").at(-1) === name);
  return same.length === 1 ? same[0] : undefined;
}

function ancestors(key: string): string[] {
  const segments = key.split(".");
  return segments.slice(0, -1).map((_, i) => segments.slice(0, i + 1).join("."));
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
