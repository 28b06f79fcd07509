import assert from "node:assert/strict";
import { test } from "node:test";
import { writtenTable } from "./architecture.ts";
import { type Import, importsOf, importTable, sourceFiles, sourceText } from "./matrix.ts";
import { RULES, unitOf } from "./rules.ts";

const FILES = sourceFiles();
const IMPORTS = FILES.flatMap(importsOf);

function describe({ file, specifier, target, typesOnly }: Import): string {
  return `${file} imports ${typesOnly ? "types of " : ""}${specifier} (${target ?? "outside"})`;
}

test("every folder has a rule", () => {
  const units = new Set(IMPORTS.map(({ unit }) => unit));
  assert.deepEqual(
    [...units].filter((unit) => RULES[unit] === undefined),
    [],
  );
});

test("imports go down only", () => {
  const wrong = IMPORTS.filter(({ unit, target, typesOnly }) => {
    const rule = RULES[unit];
    if (rule === undefined || target === undefined || target === unit || rule.may.includes(target)) return false;
    return !(typesOnly && rule.types?.includes(target));
  });
  assert.deepEqual(wrong.map(describe), []);
});

test("no rule allows what would be a circle", () => {
  const order: string[] = [];
  const visit = (unit: string, above: readonly string[]): void => {
    assert.ok(!above.includes(unit), [...above, unit].join(" → "));
    if (order.includes(unit)) return;
    for (const target of RULES[unit]!.may.filter((one) => one !== "relay/cli" && one !== "relay/relay")) {
      visit(target, [...above, unit]);
    }
    order.push(unit);
  };
  for (const unit of Object.keys(RULES)) visit(unit, []);
});

test("pure folders import nothing from outside", () => {
  const wrong = IMPORTS.filter(({ unit, target, specifier }) => {
    return RULES[unit]?.pure && target === undefined && !specifier.startsWith(".");
  });
  assert.deepEqual(wrong.map(describe), []);
});

// The linter knows scopes and forbids these as globals; this says the same where somebody silences it.
const WORLD =
  /(?<![.\w#])(Date|performance|process|crypto|Deno)\.|(?<![.\w#])(setTimeout|setInterval|setImmediate|queueMicrotask)\(|new (Date|WebSocket)\b|Math\.random/;

test("pure folders know no clock, no timer, no randomness and no process", () => {
  const pure = FILES.filter((file) => RULES[unitOf(file) ?? ""]?.pure);
  assert.ok(pure.length > 0);
  const wrong = pure.flatMap((file) => {
    const code = sourceText(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    return code.split("\n").flatMap((line) => (WORLD.test(line) ? [`${file}: ${line.trim()}`] : []));
  });
  assert.deepEqual(wrong, []);
});

test("ARCHITECTURE.md has the imports as they are; `npm run docs` writes them again", () => {
  assert.equal(writtenTable(), importTable());
});
