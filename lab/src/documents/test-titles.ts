import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../process/written-relay.ts";

/** What stands in the place of a title in these files: the first argument of a test, or the title of a history. */
const TITLE = /(?:\btest\(\s*|\btitle:\s*)("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

/**
 * Whether a file has a test, or a history, of this title. Where a title in the file has parts that are filled in, they may be
 * anything.
 *
 * @param file relative to the root of the checkout.
 */
export function hasTest(file: string, title: string): boolean {
  const text = readFileSync(join(CHECKOUT, file), "utf8");
  return [...text.matchAll(TITLE)].some(([, written = ""]) => pattern(written).test(title));
}

function pattern(written: string): RegExp {
  const inside = written.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  const parts = written.startsWith("`") ? inside.split(/\$\{[^}]*\}/) : [inside];
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".+")}$`);
}
