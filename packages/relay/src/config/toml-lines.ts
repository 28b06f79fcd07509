/**
 * Finds the line of every key in a TOML text that is known to be well-formed. The parser gives values without places, and
 * an operator wants to be told the line.
 */

/** Lines (from 1) by key path, the segments joined by NUL; a table's own path has the line of its header. */
export type KeyLines = ReadonlyMap<string, number>;

/** Joins the segments of a key path as `KeyLines` has them. */
export function pathKey(segments: readonly string[]): string {
  return segments.join("\0");
}

// Strings (all four kinds) and comments are what must not be mistaken for structure.
const TOKEN =
  /"""[\s\S]*?"""(?!")|'''[\s\S]*?'''(?!')|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|\n|[[\]{}=,]|[^\s"'#[\]{}=,]+|[^\S\n]+/g;

/** Reads the lines of all keys. */
export function keyLines(text: string): KeyLines {
  const scan = new Scan();
  for (const [token] of text.matchAll(TOKEN)) scan.take(token);
  return scan.lines;
}

/** Follows the structure token by token: what table we are in, what key was read last, how deep in brackets. */
class Scan {
  readonly lines = new Map<string, number>();
  #line = 1;
  #table: readonly string[] = [];
  /** Keys of the inline tables that are open, and "" for each open array. */
  #open: { kind: "{" | "["; prefix: readonly string[] }[] = [];
  #pending = "";
  #header = false;
  #inValue = false;
  #value: readonly string[] = [];

  take(token: string): void {
    if (token === "\n") this.#newline();
    else if (token.startsWith("#")) return;
    else if (token === "=" && !this.#inValue) this.#equals();
    else if (token === "[" || token === "{") this.#openBracket(token);
    else if (token === "]" || token === "}") this.#closeBracket();
    else if (token === ",") this.#comma();
    else if (!this.#inValue) this.#pending += token;
    this.#line += token.length > 1 ? token.split("\n").length - 1 : 0;
  }

  #newline(): void {
    this.#line += 1;
    if (this.#open.length > 0) return;
    this.#inValue = false;
    this.#pending = "";
  }

  #equals(): void {
    const prefix = this.#open.at(-1)?.prefix ?? this.#table;
    this.#value = [...prefix, ...segmentsOf(this.#pending)];
    this.lines.set(pathKey(this.#value), this.#line);
    this.#pending = "";
    this.#inValue = true;
  }

  #openBracket(kind: "{" | "["): void {
    if (!this.#inValue && this.#open.length === 0) {
      this.#header = true;
      return;
    }
    this.#open.push({ kind, prefix: this.#value });
    // In an inline table keys follow, in an array values.
    this.#inValue = kind === "[";
    this.#pending = "";
  }

  #closeBracket(): void {
    if (this.#header) {
      this.#header = false;
      if (this.#pending !== "") {
        this.#table = segmentsOf(this.#pending);
        this.lines.set(pathKey(this.#table), this.#line);
        this.#pending = "";
      }
      return;
    }
    this.#open.pop();
    this.#inValue = true;
  }

  #comma(): void {
    const inner = this.#open.at(-1);
    this.#inValue = inner?.kind === "[";
    if (inner !== undefined) this.#value = inner.prefix;
    this.#pending = "";
  }
}

/** `a."b.c".d` as its segments. */
function segmentsOf(key: string): string[] {
  const segments: string[] = [];
  for (const [segment] of key.matchAll(/"(?:\\.|[^"\\])*"|'[^']*'|[^.\s]+/g)) {
    segments.push(/^["']/.test(segment) ? segment.slice(1, -1) : segment);
  }
  return segments;
}
