import { LIMITS_ELSEWHERE } from "../limits.ts";
import { EXAMPLES } from "./examples.ts";
import { usage, variable } from "./help.ts";
import { keyOf, spellingsOf } from "./names.ts";
import { GROUPS, type Group, type Option } from "./option.ts";
import { OPTIONS } from "./options/index.ts";

const HEADING = `# Configuration

<!-- Generated from packages/relay/src/config by \`npm run docs\`: do not edit. -->

\`moq-relay [OPTIONS] [FILE]\`. Every option is a flag, an environment variable and a key in the TOML file; a flag wins over
the environment, the environment over the file, and the file over the default. What is not given changes nothing.

- **Lists** may be repeated (\`--cluster-root a --cluster-root b\`), separated by commas, or be an array in TOML.
- **Times** are \`250ms\`, \`10s\`, \`1m30s\`, or a number of seconds. **Sizes** are \`64MiB\`, \`512MB\`, or a number of bytes.
- **Switches** are on when given: \`--web-ws=false\` is off.
- **Empty variables** count as unset, but for \`MOQ_AUTH_PUBLIC\` and its like, where the empty text means everything.
- **Older names** of the Rust relay stay valid. One setting in two spellings in one source is refused.
- **Development mode** is for trying things out: 127.0.0.1:4443, a generated certificate, open to all, certificates of
  other relays not checked. A relay without any option but those of the log runs in it; \`--dev PORT\` asks for it on
  another port, and beside other options, which win. It never leaves this machine.
- \`listen = "127.0.0.1:5550"\` in a file is short for \`listen.bind\`, where no other \`listen\` key is wanted.
- A **cluster** without credentials runs on loopback only: see [cluster.md](cluster.md) for tokens and certificates.
- **Commands** that ask a relay that runs (\`moq-relay explain\`, \`ls\`, \`nodes\`) have \`--at\` and \`--json\`: see
  [operations.md](operations.md#looking-inside). A configuration file of such a name is \`./ls\`.

Whatever is wrong is said at once, with its place and the nearest right name; then nothing is started and the exit code
is 2. \`--check\` looks and starts nothing. Options of the Rust relay that are not here: [from-rust.md](from-rust.md).
`;

/** The text of docs/config.md. */
export function referencePage(): string {
  const sections = GROUPS.map((group) => (group === "Limits" ? limits() : section(group)));
  return [HEADING, EXAMPLES, ...sections].join("\n");
}

function section(group: Group): string {
  const options = OPTIONS.filter((option) => option.group === group);
  return [`## ${group}\n`, ...options.map(describe)].join("\n");
}

function describe(option: Option): string {
  const older = olderNames(option);
  return [
    `### \`${keyOf(option.path)}\`\n`,
    `\`${usage(option)}\` · \`${variable(option)}\` · default ${defaultText(option)}\n`,
    `${sentence(option.help)}${option.more ? ` ${option.more}` : ""}\n`,
    ...(older === "" ? [] : [`Older: ${older}\n`]),
  ].join("\n");
}

function limits(): string {
  const own = OPTIONS.filter((option) => option.group === "Limits");
  const rows = own.map((option) => `| \`${keyOf(option.path)}\` | ${option.default} | ${option.help} |`);
  const elsewhere = Object.keys(LIMITS_ELSEWHERE).map((path) => `\`${keyOf(path)}\``);
  return `## Limits

Every cap has a flag (\`--limits-control-message\`) and a variable (\`MOQ_LIMITS_CONTROL_MESSAGE\`) like any other option.
\`/metrics\` shows each value, how near to it the relay has been, and how often it refused something. Caps with a key of
their own: ${elsewhere.join(", ")}.

| key | default | what it caps |
|---|---|---|
${rows.join("\n")}
`;
}

function olderNames(option: Option): string {
  const { flags, keys } = spellingsOf(option);
  return [...flags.slice(1), ...keys.slice(1)].map((name) => `\`${name}\``).join(", ");
}

function defaultText(option: Option): string {
  if (option.default === undefined) return option.shape === "list" ? "empty" : "none";
  return `\`${option.default}\``;
}

function sentence(help: string): string {
  return `${help[0]!.toUpperCase()}${help.slice(1)}.`;
}
