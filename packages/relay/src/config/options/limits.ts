import { LIMITS, type Limit } from "../../limits.ts";
import { formatDuration } from "../duration.ts";
import type { Option } from "../option.ts";
import { formatSize } from "../size.ts";
import { count, positiveDuration, size, sizeOrZero } from "../value.ts";

const LIMIT_TYPES = {
  bytes: { type: size, placeholder: "SIZE" },
  milliseconds: { type: positiveDuration, placeholder: "TIME" },
  count: { type: count(1), placeholder: "COUNT" },
  "per second": { type: count(1), placeholder: "COUNT" },
} as const;

/** Every cap of `limits.ts` as an option. */
export const LIMIT_OPTIONS: readonly Option[] = Object.values(LIMITS).map(optionOfLimit);

function optionOfLimit(limit: Limit): Option {
  const written = { bytes: formatSize, milliseconds: formatDuration, count: String, "per second": String }[limit.unit];
  return {
    path: limit.key,
    state: "available",
    shape: "value",
    ...LIMIT_TYPES[limit.unit],
    ...(limit.unit === "bytes" && limit.default === 0 ? { type: sizeOrZero } : {}),
    default: written(limit.default),
    help: limit.help,
    group: "Limits",
    rare: true,
  };
}
