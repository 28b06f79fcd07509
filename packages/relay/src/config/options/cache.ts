import type { Section } from "../option.ts";
import { choice, duration, memory } from "../value.ts";

/** Groups that are kept for late joiners. */
export const CACHE: Section<"cache"> = {
  "cache.capacity": {
    shape: "value",
    type: memory,
    default: "25%",
    placeholder: "SIZE",
    help: "memory for groups: a size or a share of all",
    group: "Cache",
  },
  "cache.headroom": {
    shape: "value",
    type: memory,
    default: "10%",
    placeholder: "SIZE",
    help: "memory that stays free: the cache, then new sessions, then the slowest give way",
    group: "Cache",
    rare: true,
  },
  "cache.duration": {
    shape: "value",
    type: duration,
    default: "30s",
    placeholder: "TIME",
    help: "keep a group that is not the latest",
    group: "Cache",
  },
};

/** What the relay says. */
export const LOG: Section<"log"> = {
  "log.level": {
    shape: "value",
    type: choice(["trace", "debug", "info", "warn", "error", "off"]),
    default: "info",
    placeholder: "LEVEL",
    help: "trace, debug, info, warn, error, off",
    group: "Log",
  },
  "log.format": {
    shape: "value",
    type: choice(["auto", "text", "json"]),
    default: "auto",
    placeholder: "FORMAT",
    help: "auto (text on a terminal), text, json",
    group: "Log",
  },
};
