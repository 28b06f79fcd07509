/**
 * Names of broadcasts: `/`-separated segments, without slashes at the ends or twice in a row. "" is the root of all names.
 * Prefixes match whole segments (protocol notes 2.1: `foo` covers `foo` and `foo/bar`, not `foobar`).
 */
export type Path = string;

/** Drops empty segments: `/a//b/` is `a/b`. */
export function normalizePath(path: string): Path {
  if (!path.startsWith("/") && !path.endsWith("/") && !path.includes("//")) return path;
  return path.split("/").filter(Boolean).join("/");
}

export function joinPath(prefix: Path, suffix: Path): Path {
  if (prefix === "") return suffix;
  return suffix === "" ? prefix : `${prefix}/${suffix}`;
}

/** Whether `prefix` names `path` itself or one of its ancestors. */
export function covers(prefix: Path, path: Path): boolean {
  if (prefix === "") return true;
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === SLASH);
}

/** What remains of `path` below `prefix`; undefined when it does not lie there. */
export function below(prefix: Path, path: Path): Path | undefined {
  if (!covers(prefix, path)) return undefined;
  return prefix === "" ? path : path.slice(prefix.length + 1);
}

/** Whether a segment begins with a dot: such names are listed to no client that did not ask for them by name. */
export function isHidden(path: Path): boolean {
  return path.charCodeAt(0) === DOT || path.includes("/.");
}

/** `path` and its ancestors, longest first, ending with "". */
export function* selfAndAncestors(path: Path): Generator<Path> {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) yield path.slice(0, end);
  yield "";
}

const SLASH = 0x2f;
const DOT = 0x2e;
