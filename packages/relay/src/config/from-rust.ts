import { keyOf } from "./names.ts";
import type { Absent } from "./option.ts";
import { ENTRIES } from "./options/index.ts";

const HEADING = `# Coming from the Rust relay

<!-- Generated from packages/relay/src/config by \`npm run docs\`: do not edit. -->

This relay takes the flags, variables and TOML files of the Rust \`moq-relay\` 0.10 to 0.17, in every spelling that it has had,
and its clients connect as they are, as long as they speak moq-lite. \`moq-relay --check FILE\` says what a file of yours needs.

Where two generations gave one name two meanings, this is how it is read, and the log says so:

- \`cluster.connect\` with a single bare host is a root, as until 0.13; a URL, a list or a table are peers, as since then.
- \`auth.public\` without a wildcard is a prefix, as until 0.14; with one it is a pattern, as in 0.17.
- \`cluster.node\` is the address at which other nodes reach this one; a URL is taken for its host and port.
- Idle timeout and number of streams are those of 0.17 where nothing is given: 10 s and 10,000.

A relay of either kind can be joined to a cluster of the other with \`--cluster-connect URL\`; each side then has all that the
other announces.
`;

const SECTIONS: Readonly<Record<Absent["state"], string>> = {
  later:
    "## Not available in this version\n\nRefused by name, with exit code 2: an option that restricts access and is silently ignored would be worse than a relay\nthat does not start. Switches that are written as off (`false`) are accepted.\n",
  gone: "## Without effect\n\nAccepted with a warning.\n",
};

/** The text of docs/from-rust.md. */
export function fromRustPage(): string {
  return [HEADING, section("later"), section("gone")].join("\n");
}

function section(state: Absent["state"]): string {
  const rows = ENTRIES.flatMap((entry) =>
    entry.state === state ? [`| \`${keyOf(entry.path)}\` | ${entry.advice} |`] : [],
  );
  return `${SECTIONS[state]}\n| key | instead |\n|---|---|\n${rows.join("\n")}\n`;
}
