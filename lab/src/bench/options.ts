import { parseArgs } from "node:util";

/**
 * Reads `--name value` options of a bench, all of them numbers.
 *
 * @throws when an option is unknown or is no number.
 */
export function numbers<T extends Record<string, number>>(args: readonly string[], defaults: T): T {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: "string" as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const result: Record<string, number> = { ...defaults };
  for (const [name, text] of Object.entries(values)) {
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) throw new Error(`--${name} needs a number, not "${text}"`);
    result[name] = value;
  }
  return result as T;
}
