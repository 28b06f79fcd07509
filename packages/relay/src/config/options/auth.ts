import type { Section } from "../option.ts";
import { publicPattern } from "../value.ts";

/** Access without a credential. */
export const AUTH: Section<"auth"> = {
  "auth.public": {
    shape: "list",
    type: publicPattern,
    development: [""],
    placeholder: "PATHS",
    help: "open to all: prefix, pattern (anon/**), '' for all",
    more: "Without a wildcard it is a prefix: `anon` is `anon` and all below, the empty text is everything. With one it is a pattern: `*` is one segment or any text inside one, `**` any number of segments.",
    group: "Access",
    emptyCounts: true,
  },
  "auth.public-subscribe": {
    shape: "list",
    type: publicPattern,
    placeholder: "PATHS",
    help: "anybody may subscribe",
    group: "Access",
    emptyCounts: true,
    older: { toml: ["auth.public.subscribe"] },
  },
  "auth.public-publish": {
    shape: "list",
    type: publicPattern,
    placeholder: "PATHS",
    help: "anybody may publish",
    group: "Access",
    emptyCounts: true,
    older: { toml: ["auth.public.publish"] },
  },
};
