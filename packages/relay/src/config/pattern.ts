import { ValueError } from "./address.ts";

/**
 * A set of broadcast paths: literal segments, `*` for exactly one segment or for any text inside one (`cam-*`), and at
 * most one `**` for any number of segments, none included. `anon/**` is `anon` and everything below it.
 */
export interface PathPattern {
  /** Canonical text: segments joined by "/", and `**` for everything. */
  readonly text: string;
  readonly segments: readonly string[];
}

const MAX_SEGMENTS = 32;

/**
 * Reads what an operator wrote for `auth.public`. Without a wildcard it is a prefix, as it was in the Rust relay until
 * 0.16 ("" for everything); with one it is a pattern, as there since 0.17. Throws `ValueError`.
 */
export function parsePublic(text: string): PathPattern {
  if (text.includes("*")) return parsePattern(text);
  const prefix = text.split("/").filter((segment) => segment !== "");
  return parsePattern([...prefix, "**"].join("/"));
}

/** Reads a pattern. Throws `ValueError`. */
export function parsePattern(text: string): PathPattern {
  const segments = text.split("/");
  if (segments.some((segment) => segment === "")) {
    throw new ValueError(`"${text}": a pattern has no empty segment and no slash at its ends`);
  }
  if (segments.length > MAX_SEGMENTS) throw new ValueError(`"${text}" has more than ${MAX_SEGMENTS} segments`);
  if (segments.filter((segment) => segment === "**").length > 1) {
    throw new ValueError(`"${text}": "**" may stand once in a pattern`);
  }
  for (const segment of segments) {
    if (segment !== "**" && segment.split("*").length > 2) {
      throw new ValueError(`"${text}": "${segment}" may have one "*"`);
    }
  }
  return { text: segments.join("/"), segments };
}

/** True when the pattern covers the path (no slash at its ends; "" is the top). */
export function matches(pattern: PathPattern, path: string): boolean {
  if (pattern.text === "**") return true;
  const parts = path === "" ? [] : path.split("/");
  const { segments } = pattern;
  const gap = segments.indexOf("**");
  if (gap < 0) return segments.length === parts.length && segments.every((segment, i) => fits(segment, parts[i]!));
  const tail = segments.length - gap - 1;
  if (parts.length < gap + tail) return false;
  const head = segments.slice(0, gap).every((segment, i) => fits(segment, parts[i]!));
  const end = segments.slice(gap + 1).every((segment, i) => fits(segment, parts[parts.length - tail + i]!));
  return head && end;
}

/** True when some path at or below `prefix` may be covered: whether a listener there could be told anything. */
export function overlapsBelow(pattern: PathPattern, prefix: string): boolean {
  const parts = prefix === "" ? [] : prefix.split("/");
  const gap = pattern.segments.indexOf("**");
  const head = gap < 0 ? pattern.segments : pattern.segments.slice(0, gap);
  if (gap < 0 && parts.length > head.length) return false;
  return head.slice(0, parts.length).every((segment, i) => fits(segment, parts[i]!));
}

function fits(segment: string, part: string): boolean {
  const star = segment.indexOf("*");
  if (star < 0) return segment === part;
  const before = segment.slice(0, star);
  const after = segment.slice(star + 1);
  return part.length >= before.length + after.length && part.startsWith(before) && part.endsWith(after);
}
