import { ConfigurationError, describeProblems, type RelayConfig } from "../config/index.ts";
import { type CommandLine, onAnotherPort } from "./another-port.ts";
import { systemFault } from "./system-error.ts";

/** How the process ends. */
export const EXIT = { ok: 0, failed: 1, configuration: 2 } as const;

/** Why the relay could not start, for the operator: what, where, and what to do next. */
export interface Failure {
  readonly text: string;
  readonly code: 1 | 2;
}

const NO_LINE: CommandLine = { argv: [], npmStart: false };

/** Explains an error of starting a relay of `config`, which `line` asked for. */
export function explain(error: unknown, config: RelayConfig, line: CommandLine = NO_LINE): Failure {
  if (error instanceof ConfigurationError) return { text: describeProblems(error.problems), code: EXIT.configuration };
  const { code, address, port } = systemFault(error);
  const where = address === undefined ? "" : ` ${address}`;
  switch (code) {
    case "EADDRINUSE":
      return failed(
        `the address${where} is in use, perhaps by another relay`,
        `See who has it: ss -lntup${port ? ` 'sport = :${port}'` : ""}`,
        ...(port === undefined ? [] : [`Or take another port: ${onAnotherPort(port, config, line)}`]),
      );
    case "EACCES":
      return failed(
        `no permission to listen on${where}; ports below 1024 are for root`,
        "Choose another: --listen 127.0.0.1:4443",
        "Or allow it to the node program: setcap cap_net_bind_service=+ep",
      );
    case "EADDRNOTAVAIL":
      return failed(`the address${where} is not one of this machine`, "See its addresses: ip address");
    default:
      // Not foreseen, so that the place in the code is what helps.
      return failed((error as Error).stack ?? String(error));
  }
}

function failed(what: string, ...next: readonly string[]): Failure {
  return { text: `${[`moq-relay: could not start: ${what}`, ...next].join("\n  ")}\n`, code: EXIT.failed };
}
