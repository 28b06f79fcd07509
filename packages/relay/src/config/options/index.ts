import type { Entry, Option } from "../option.ts";
import { ABSENT } from "./absent.ts";
import { AUTH } from "./auth.ts";
import { CACHE, LOG } from "./cache.ts";
import { CLUSTER } from "./cluster.ts";
import { BACKOFF, CONNECT } from "./connect.ts";
import { LIMIT_OPTIONS } from "./limits.ts";
import { LISTEN } from "./listen.ts";
import { QUIC } from "./quic.ts";
import { DRAIN, INTERNAL, WEB } from "./web.ts";

/** Every option that this version has, in the order of `--help`. */
export const OPTIONS: readonly Option[] = [
  ...[LISTEN, CLUSTER, CONNECT, BACKOFF, AUTH, WEB, INTERNAL, DRAIN, QUIC, CACHE, LOG].flatMap(optionsOf),
  ...LIMIT_OPTIONS,
];

/** Every name that has a meaning: options, and what is refused by name. */
export const ENTRIES: readonly Entry[] = [...OPTIONS, ...ABSENT];

function optionsOf(section: Readonly<Record<string, Omit<Option, "path" | "state">>>): Option[] {
  return Object.entries(section).map(([path, spec]) => ({ ...spec, path, state: "available" }));
}
