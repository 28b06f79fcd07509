import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "./program.ts";
import { plainEnvironment, type RelayKind, type RelayOptions } from "./relay-kind.ts";

/** The relay as a program for Node. */
export const RELAY_PROGRAM: string = resolve(import.meta.dirname, "../../../packages/relay/bin/moq-relay.mjs");

/** Its counter of media bytes that went out, to clients and to relays. */
export const MEDIA_BYTES_SENT = "moq_relay_media_bytes_sent_total";

/** The relay of this repository, with the documented flags (in their older spelling, which operators have in their files). */
export const ourRelay: RelayKind = {
  name: "moq-relay (TypeScript)",
  missing: () => (existsSync(RELAY_PROGRAM) ? undefined : "packages/relay/bin is not there"),
  command: (options) => ({ file: process.execPath, args: [RELAY_PROGRAM, ...flags(options)], env: plainEnvironment() }),
};

/** Another checkout of this repository, named in MOQ_OTHER_CHECKOUT and set up: to compare two commits in one run. */
export const otherRelay: RelayKind = {
  name: "moq-relay (TypeScript), other checkout",
  missing: () => (existsSync(otherProgram()) ? undefined : "MOQ_OTHER_CHECKOUT names none"),
  command: (options) => ({ ...ourRelay.command(options), args: [otherProgram(), ...flags(options)] }),
};

function otherProgram(): string {
  return resolve(process.env.MOQ_OTHER_CHECKOUT ?? "", "packages/relay/bin/moq-relay.mjs");
}

function flags(options: RelayOptions): string[] {
  const address = `127.0.0.1:${options.port}`;
  const args = ["--server-bind", address, "--web-http-listen", address];
  args.push("--tls-generate", "localhost,127.0.0.1", "--auth-public", "", "--client-tls-disable-verify");
  args.push("--internal-listen", `127.0.0.1:${options.internalPort}`);
  args.push("--cluster-node", `127.0.0.1:${options.nodePort ?? options.port}`);
  if (options.rootPort !== undefined) args.push("--cluster-root", `127.0.0.1:${options.rootPort}`);
  for (const peer of options.connect ?? []) args.push("--cluster-connect", peer);
  if (options.logLevel !== undefined) args.push("--log-level", options.logLevel);
  return [...args, ...(options.flags ?? [])];
}

/** The same relay; on SIGUSR2 it tells what memory it holds, see `memory-on-signal.mjs`. */
export function withMemorySignal(kind: RelayKind): RelayKind {
  const hook = pathToFileURL(resolve(import.meta.dirname, "memory-on-signal.mjs")).href;
  const command = (options: RelayOptions): Command => {
    const plain = kind.command(options);
    return { ...plain, args: ["--expose-gc", "--import", hook, ...plain.args] };
  };
  return { ...kind, command };
}
