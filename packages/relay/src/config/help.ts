import { flagOf, variableOf } from "./names.ts";
import { GROUPS, type Option } from "./option.ts";
import { OPTIONS } from "./options/index.ts";

const HEADING = `A relay for Media over QUIC. Without options: development mode on 127.0.0.1:4443.

Usage: moq-relay [OPTIONS] [FILE]
       moq-relay explain BROADCAST | ls [PREFIX] | nodes    ask a relay that runs; see moq-relay nodes --help

  --dev [PORT]    development mode: this machine only, open to all, a generated certificate [4443]
  --check         say whether FILE and the options can be used, and start nothing
  [FILE]  configuration in TOML; --quic-max-streams is quic.max_streams there, and MOQ_QUIC_MAX_STREAMS
          in the environment. A flag wins over the environment, the environment over the file.
`;

const FOOTING = `
  -h, --help    -V, --version    --help-all: every option, tuning and limits included (as docs/config.md)
Examples:
  moq-relay --dev 4444 --cluster-root 127.0.0.1:4443    a second node beside a relay in development mode
  moq-relay --check relay.toml && moq-relay relay.toml
Exit codes: 0 ended as asked, 1 failed, 2 wrong configuration.
`;

/** The text of `--help` (about one screen), or of `--help-all`. */
export function helpText(all: boolean): string {
  const shown = OPTIONS.filter((option) => all || option.rare !== true);
  const width = Math.max(...shown.map((option) => usage(option).length));
  const names = Math.max(...shown.map((option) => variable(option).length));
  const groups = GROUPS.flatMap((group) => {
    const lines = shown.filter((option) => option.group === group).map((option) => line(option, width, names));
    return lines.length === 0 ? [] : [`${group}:`, ...lines];
  });
  return `${HEADING}\n${groups.join("\n")}\n${FOOTING}`;
}

/** `--listen ADDR:PORT`. */
export function usage(option: Option): string {
  const flag = flagOf(option.flag ?? option.path);
  return option.placeholder === undefined ? flag : `${flag} ${option.placeholder}`;
}

/** `MOQ_LISTEN`. */
export function variable(option: Option): string {
  return variableOf(option.flag ?? option.path);
}

function line(option: Option, width: number, names: number): string {
  const given = option.default === undefined ? "" : ` [${option.default}]`;
  return `  ${usage(option).padEnd(width)}  ${variable(option).padEnd(names)}  ${option.help}${given}`;
}
