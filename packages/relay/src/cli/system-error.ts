/** An error of the operating system, as far as it is known. */
export interface SystemFault {
  readonly code: string | undefined;
  /** With the port, IPv6 in brackets. */
  readonly address?: string;
  readonly port?: number;
}

/** What the operating system says, in text where it comes from the addon: `udp 127.0.0.1:443: Permission denied`. */
const TEXTS: Readonly<Record<string, RegExp>> = {
  EADDRINUSE: /address already in use/i,
  EACCES: /permission denied/i,
  EADDRNOTAVAIL: /cannot assign requested address/i,
};

/** Reads code and address out of an error of listening, whoever reports it: Node, or the addon in words. */
export function systemFault(error: unknown): SystemFault {
  const { code, address, port, message = "" } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== undefined && code in TEXTS && address !== undefined && port !== undefined) {
    return { code, port, address: `${address.includes(":") ? `[${address}]` : address}:${port}` };
  }
  const found = Object.entries(TEXTS).find(([, pattern]) => pattern.test(message))?.[0];
  const where = /(?:^|\s)(\S+:(\d{1,5})):?(?:\s|$)/.exec(message);
  return { code: found, ...(where && { address: where[1]!, port: Number(where[2]) }) };
}

/** The same error with its `code` (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`), also where it came in words. */
export function withCode(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // The addon's errors have a code of their own, which says nothing.
  const given = (error as NodeJS.ErrnoException).code;
  if (given !== undefined && given !== "GenericFailure") return error;
  const { code } = systemFault(error);
  return code === undefined ? error : Object.assign(error, { code });
}
