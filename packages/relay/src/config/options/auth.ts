import type { Section } from "../option.ts";
import { file, publicPattern } from "../value.ts";

/** Who may do what. */
export const AUTH: Section<"auth"> = {
  "auth.key": {
    shape: "value",
    type: file,
    placeholder: "FILE",
    help: "keys that tokens (?jwt=) are checked with: JWK or set",
    more: "Secrets (HS256 to HS512) and RSA, EC and Ed25519 keys, public ones too. With a key that can sign, a node of a cluster makes its own tokens when it dials. Read again when it changes.",
    group: "Access",
  },
  "auth.key-dir": {
    shape: "value",
    type: file,
    placeholder: "FOLDER",
    help: "or a folder of them, `<kid>.jwk`",
    group: "Access",
    rare: true,
  },
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
