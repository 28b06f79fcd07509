import type { LimitName } from "../limits.ts";
import { LIMITS } from "../limits.ts";
import type { Option } from "./option.ts";
import { OPTIONS } from "./options/index.ts";
import type { RelayConfig } from "./relay-config.ts";
import type { Source } from "./source.ts";

/**
 * Makes the configuration of the given values, with the defaults for all others; the result is frozen throughout.
 *
 * @param development the port of development mode; undefined: it is not that.
 */
export function assemble(
  values: ReadonlyMap<string, unknown>,
  sources: ReadonlyMap<string, Source>,
  development: number | undefined,
): RelayConfig {
  const config: Record<string, unknown> = { development: development !== undefined };
  const origin = new Map(sources);
  for (const option of OPTIONS) {
    const differs = development !== undefined && option.development !== undefined && !values.has(option.path);
    if (differs) origin.set(option.path, { kind: "development" });
    const value = values.has(option.path) ? values.get(option.path) : defaultOf(option, development);
    place(config, fieldOf(option.path), value);
  }
  // Frozen before the sources are added: a Map cannot be frozen, and is read-only by its type.
  deepFreeze(config);
  return Object.freeze({ ...config, sources: origin }) as unknown as RelayConfig;
}

/** The value of an option that nobody gives, read by the type of the option as if an operator had written it. */
export function defaultOf(option: Option, development: number | undefined): unknown {
  const written = (development === undefined ? undefined : inDevelopment(option, development)) ?? option.default;
  if (option.shape === "list") return ((written ?? []) as readonly string[]).map((item) => option.type.parse(item));
  return written === undefined ? undefined : option.type.parse(written);
}

function inDevelopment({ development }: Option, port: number): string | readonly string[] | undefined {
  return typeof development === "function" ? development(port) : development;
}

const LIMIT_NAMES: ReadonlyMap<string, string> = new Map(
  (Object.keys(LIMITS) as LimitName[]).map((name) => [LIMITS[name].key, name]),
);

function fieldOf(path: string): string[] {
  const limit = LIMIT_NAMES.get(path);
  if (limit !== undefined) return ["limits", limit];
  return path.split(".").map((part) => part.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
}

function place(into: Record<string, unknown>, field: readonly string[], value: unknown): void {
  let section = into;
  for (const name of field.slice(0, -1)) {
    section[name] ??= {};
    section = section[name] as Record<string, unknown>;
  }
  section[field.at(-1)!] = value;
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}
