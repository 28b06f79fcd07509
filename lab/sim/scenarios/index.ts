import { DISTANCES } from "./distances.ts";
import { FLAPS } from "./flaps.ts";
import { LOOPS } from "./loops.ts";
import type { NamedScenario } from "./named.ts";
import { NAMES } from "./names.ts";
import { RECONNECTS } from "./reconnects.ts";
import { TREES } from "./trees.ts";

export type { NamedScenario } from "./named.ts";

/** All histories with a name, in the order of the failure list. */
export const SCENARIOS: readonly NamedScenario[] = [
  ...LOOPS,
  ...RECONNECTS,
  ...NAMES,
  ...TREES,
  ...DISTANCES,
  ...FLAPS,
];
