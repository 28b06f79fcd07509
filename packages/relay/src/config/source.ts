/** Where a value came from. */
export type Source =
  | { readonly kind: "flag"; readonly name: string }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly file: string; readonly key: string; readonly line: number }
  | { readonly kind: "development" };

/** The line of a source that is a file, as a problem has it. */
export function lineOf(source: Source): { readonly line?: number } {
  return source.kind === "file" ? { line: source.line } : {};
}

/** The same for people: `--listen`, `MOQ_LISTEN`, `relay.toml:3: listen.bind`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "flag":
    case "env":
      return source.name;
    case "file":
      return `${source.file}:${source.line}: ${source.key}`;
    case "development":
      return "development mode";
  }
}
