import { ConfigurationError, describeProblems, type RelayConfig } from "../config/index.ts";
import { type CommandLine, onAnotherPort } from "./another-port.ts";

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
  const { code, address, port } = classify(error as SystemError);
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

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

interface Classified {
  readonly code: string | undefined;
  readonly address?: string;
  readonly port?: number;
}

/** What the operating system says, in text where it comes from the addon: `udp 127.0.0.1:443: Permission denied`. */
const TEXTS: Readonly<Record<string, RegExp>> = {
  EADDRINUSE: /address already in use/i,
  EACCES: /permission denied/i,
  EADDRNOTAVAIL: /cannot assign requested address/i,
};

function classify({ code, address, port, message }: SystemError): Classified {
  if (code !== undefined && code in TEXTS && address !== undefined && port !== undefined) {
    return { code, port, address: `${address.includes(":") ? `[${address}]` : address}:${port}` };
  }
  const found = Object.entries(TEXTS).find(([, pattern]) => pattern.test(message))?.[0];
  const where = /(?:^|\s)(\S+:(\d{1,5})):?(?:\s|$)/.exec(message);
  return { code: found, ...(where && { address: where[1]!, port: Number(where[2]) }) };
}

function failed(what: string, ...next: readonly string[]): Failure {
  return { text: `${[`moq-relay: could not start: ${what}`, ...next].join("\n  ")}\n`, code: EXIT.failed };
}
