import { describeProblems, insideAddress, type SocketAddress, type Sources } from "../config/index.ts";

/** Where `curl` looks in the pages, too. */
const DEFAULT = "127.0.0.1:9090";

/** Where a relay was looked for, and why there. */
export interface Place {
  /** Without a slash at its end. */
  readonly url: string;
  /** Nobody said where it is. */
  readonly guessed: boolean;
}

export interface Wanted {
  /** A URL, host and port, or a configuration file. */
  readonly at: string | undefined;
  readonly listen: string | undefined;
  readonly command: readonly string[];
}

/** Finds the internal listener of a relay: where it is said to be, or as the relay itself reads it. */
export function findRelay({ at, listen, command }: Wanted, sources: Sources): Place | { readonly error: string } {
  if (at?.includes("://")) return atUrl(at);
  if (at !== undefined && /^[^\s/]+:\d+$/.test(at)) return atUrl(`http://${at}`);
  const argv = [...(listen === undefined ? [] : [`--internal-listen=${listen}`]), ...(at === undefined ? [] : [at])];
  const address = insideAddress({ ...sources, argv });
  if (address === undefined && at !== undefined) {
    return refused(
      `${at} has no internal listener: the relay shows nothing of itself`,
      `Add to it: internal.listen = "${DEFAULT}"`,
      `Or say where it is: moq-relay ${command[0]} --at http://HOST:PORT`,
    );
  }
  if (address === undefined) return { url: `http://${DEFAULT}`, guessed: true };
  if ("port" in address) return atSocket(address);
  return { error: describeProblems(address).replace(", nothing was started:", ":") };
}

function atUrl(text: string): Place | { readonly error: string } {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return { url: url.href.replace(/\/+$/, ""), guessed: false };
  return refused(`"${text}" is not a URL of a relay's internal listener`, `Such as: --at http://${DEFAULT}`);
}

function atSocket({ host, port, text }: SocketAddress): Place | { readonly error: string } {
  if (port === 0) return refused(`the system chose the port of ${text}: see the relay's log, and say --at HOST:PORT`);
  const any = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host];
  return { url: `http://${any === undefined ? text : `${any}:${port}`}`, guessed: false };
}

function refused(...lines: readonly string[]): { readonly error: string } {
  return { error: `moq-relay: ${lines.join("\n  ")}\n` };
}
