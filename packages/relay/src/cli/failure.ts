import { ConfigurationError, describeProblems } from "../config/index.ts";

/** How the process ends. */
export const EXIT = { ok: 0, failed: 1, configuration: 2 } as const;

/** Why the relay could not start, for the operator: what, where, and what to do next. */
export interface Failure {
  readonly text: string;
  readonly code: 1 | 2;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

/** Explains an error of starting. */
export function explain(error: unknown): Failure {
  if (error instanceof ConfigurationError) return { text: describeProblems(error.problems), code: EXIT.configuration };
  const { code, address, port, message } = error as SystemError;
  const where = port === undefined ? "" : ` ${address?.includes(":") ? `[${address}]` : (address ?? "")}:${port}`;
  if (code === "EADDRINUSE" || /address (already )?in use/i.test(message)) {
    const look = port === undefined ? "ss -lntup" : `ss -lntup 'sport = :${port}'`;
    return failed(
      `the address${where} is in use, perhaps by another relay. See who has it: ${look}\n` +
        "  or listen elsewhere: --listen and --web-http-listen",
    );
  }
  if (code === "EACCES" && port !== undefined && port < 1_024) {
    return failed(
      `no permission to listen on${where}: ports below 1024 are for root.\n` +
        "  Choose another (--listen 127.0.0.1:4443), or allow it: setcap cap_net_bind_service=+ep on the node program",
    );
  }
  if (code === "EADDRNOTAVAIL")
    return failed(`the address${where} is not one of this machine. See its addresses: ip address`);
  // Not foreseen, so that the place in the code is what helps.
  return failed((error as Error).stack ?? String(error));
}

function failed(what: string): Failure {
  return { text: `moq-relay: could not start: ${what}\n`, code: EXIT.failed };
}
