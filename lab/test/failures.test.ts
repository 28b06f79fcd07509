/** docs/failures.md says of every known failure which test shows that it does not happen: those tests are there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SCENARIOS } from "../sim/scenarios/index.ts";
import { hasTest } from "../src/documents/test-titles.ts";
import { CHECKOUT } from "../src/process/written-relay.ts";

/** How many cases each family has. */
const FAMILIES = { L: 13, R: 17, C: 12, N: 12 } as const;

interface Case {
  readonly id: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  /** Why there is no test, or none that passes. */
  readonly reasons: readonly string[];
}

const CASES = readFileSync(join(CHECKOUT, "docs/failures.md"), "utf8")
  .split(/^(?=\*\*[A-Z]\d+\*\* )/m)
  .slice(1)
  .map(read);

function read(text: string): Case {
  const lines = text.split("\n").filter((line) => line.startsWith("- "));
  const tests = lines.flatMap((line) => {
    const [, file, title] = /^- \[[^\]]+\]\(\.\.\/([^)]+)\): (.+)$/.exec(line) ?? [];
    return file !== undefined && title !== undefined ? [{ file, title }] : [];
  });
  const reasons = lines.filter((line) => /^- (Cannot occur|Waits for|Open)\b/.test(line));
  assert.equal(lines.length, tests.length + reasons.length, `a line that is neither a test nor a reason: ${text}`);
  return { id: /^\*\*(\w+)/.exec(text)?.[1] ?? assert.fail(text), tests, reasons };
}

test("every case is there once, with a test or a reason why there is none", () => {
  const ids = Object.entries(FAMILIES).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
  );
  assert.deepEqual(
    CASES.map(({ id }) => id),
    ids,
  );
  assert.deepEqual(
    CASES.filter(({ tests, reasons }) => tests.length + reasons.length === 0),
    [],
  );
});

test("every test that is named exists", () => {
  const missing = CASES.flatMap(({ id, tests }) =>
    tests.filter(({ file, title }) => !hasTest(file, title)).map((one) => ({ id, ...one })),
  );
  assert.deepEqual(missing, []);
});

test("a history is named under its own case, and one that does not hold yet as open", () => {
  const told = CASES.flatMap(({ id, tests, reasons }) =>
    tests.map(({ title }) => ({ id, title, open: /^- Open/m.test(reasons.join("\n")) })),
  );
  for (const { id, title, todo } of SCENARIOS) {
    const own = told.find((one) => one.title === title);
    if (own) assert.equal(own.id, id, title);
    if (own && todo) assert.ok(own.open, `${id}: ${title}`);
  }
});

test("a title that is nowhere, or in another file, is found out", () => {
  assert.ok(hasTest("lab/sim/scenarios/loops.ts", "a publisher that vanishes and is back after 100 ms is seen again"));
  assert.ok(!hasTest("lab/sim/scenarios/loops.ts", "a publisher that vanishes and is back after 100 ms"));
  assert.ok(!hasTest("lab/sim/scenarios/names.ts", "a publisher that vanishes and is back after 100 ms is seen again"));
});
