import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { PACKAGES, RULES, unitOf } from "./rules.ts";

const PACKAGES_FOLDER = join(import.meta.dirname, "../../packages");

/** One import of one file. */
export interface Import {
  /** The file, relative to packages/. */
  readonly file: string;
  readonly unit: string;
  /** As written. */
  readonly specifier: string;
  /** The unit that it leads to; undefined for what is not of this repository. */
  readonly target: string | undefined;
  readonly typesOnly: boolean;
}

/** Source files of all units, tests and what only tests use left out. */
export function sourceFiles(): string[] {
  const all = globSync("*/src/**/*.ts", { cwd: PACKAGES_FOLDER });
  const tests = /\.(test|fixture|samples|bench)\.ts$|\/(compliance|testing|vectors|testdata)\//;
  return all.filter((file) => !tests.test(file) && unitOf(file) !== undefined).sort();
}

/** The text of a file, relative to packages/. */
export function sourceText(file: string): string {
  return readFileSync(join(PACKAGES_FOLDER, file), "utf8");
}

/** All imports of a file. */
export function importsOf(file: string): Import[] {
  const text = sourceText(file);
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:([\w*{][\w\s,*{}$]*?)\s+from\s+)?"([^"]+)";/gm);
  const calls = text.matchAll(/\bimport\("([^"]+)"\)/g);
  return [
    ...[...statements].map(([, type, names, specifier]) => ({
      specifier: specifier!,
      typesOnly: type !== undefined || onlyTypes(names ?? ""),
    })),
    ...[...calls].map(([, specifier]) => ({ specifier: specifier!, typesOnly: false })),
  ].map((one) => ({ ...one, file, unit: unitOf(file)!, target: targetOf(file, one.specifier) }));
}

/** True for `{ type A, type B }`. */
function onlyTypes(names: string): boolean {
  const listed = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(",") ?? [];
  const written = listed.map((name) => name.trim()).filter((name) => name !== "");
  return written.length > 0 && written.every((name) => name.startsWith("type "));
}

function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return unitOf(normalize(join(dirname(file), specifier)));
  return PACKAGES[specifier.replace(/\/compliance$/, "")];
}

/** Which units each unit imports, and whether types only. */
export function importMatrix(): ReadonlyMap<string, ReadonlyMap<string, "values" | "types">> {
  const matrix = new Map<string, Map<string, "values" | "types">>(Object.keys(RULES).map((unit) => [unit, new Map()]));
  for (const { unit, target, typesOnly } of sourceFiles().flatMap(importsOf)) {
    if (target === undefined || target === unit) continue;
    const row = matrix.get(unit) ?? new Map();
    matrix.set(unit, row);
    if (!typesOnly || !row.has(target)) row.set(target, typesOnly ? "types" : "values");
  }
  return matrix;
}

/** The matrix as the table of ARCHITECTURE.md. */
export function importTable(): string {
  const order = Object.keys(RULES);
  const rows = [...importMatrix()].map(([unit, targets]) => {
    const sorted = [...targets].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
    const names = sorted.map(([target, kind]) => (kind === "types" ? `${target} (types)` : target));
    return `| \`${unit}\`${RULES[unit]?.pure ? " (pure)" : ""} | ${names.join(", ") || "–"} |`;
  });
  return ["| unit | imports |", "|---|---|", ...rows].join("\n");
}
