import type { Entry } from "./option.ts";

/** `quic.max-streams` as a flag: `--quic-max-streams`. */
export function flagOf(path: string): string {
  return `--${path.replaceAll(".", "-")}`;
}

/** `quic.max-streams` as a variable: `MOQ_QUIC_MAX_STREAMS`. */
export function variableOf(path: string): string {
  return `MOQ_${path.replaceAll(/[.-]/g, "_").toUpperCase()}`;
}

/** `quic.max-streams` in TOML: `quic.max_streams`. */
export function keyOf(path: string): string {
  return path.replaceAll("-", "_");
}

/** All spellings of one entry by source, today's first. */
export interface Spellings {
  readonly flags: readonly string[];
  readonly variables: readonly string[];
  readonly keys: readonly string[];
}

/** The spellings of an entry. */
export function spellingsOf(entry: Entry): Spellings {
  const own = entry.flag ?? entry.path;
  const paths = entry.older?.paths ?? [];
  const named = [own, ...paths, ...(entry.older?.flags ?? [])];
  return {
    flags: unique(named.map(flagOf)),
    variables: unique(named.map(variableOf)),
    keys: unique([entry.path, ...paths, ...(entry.older?.toml ?? [])].map(keyOf)),
  };
}

/** Entries by each spelling of one source. */
export function indexBy(entries: readonly Entry[], source: keyof Spellings): ReadonlyMap<string, Entry> {
  return new Map(entries.flatMap((entry) => spellingsOf(entry)[source].map((name) => [name, entry] as const)));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
