import type { Cursor } from "./cursor.ts";
import { WireError } from "./errors.ts";
import { MAX_PATH, MAX_PATH_SEGMENTS } from "./limits.ts";

/**
 * Reads a broadcast path, prefix or suffix: at most `MAX_PATH` bytes of UTF-8 and `MAX_PATH_SEGMENTS` segments. Slashes
 * at the ends are dropped and repeated ones become one, so `/a//b` reads as `a/b`.
 */
export function readPath(cursor: Cursor, field: string): string {
  const path = normalizePath(cursor.string(field, MAX_PATH));
  if (segmentCount(path) > MAX_PATH_SEGMENTS) throw new WireError("path-too-deep", field);
  return path;
}

/** The path without empty segments. */
export function normalizePath(path: string): string {
  if (!path.startsWith("/") && !path.endsWith("/") && !path.includes("//")) return path;
  return path
    .split("/")
    .filter((segment) => segment !== "")
    .join("/");
}

function segmentCount(path: string): number {
  let count = 1;
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) count++;
  return count;
}
