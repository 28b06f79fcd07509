import type { Command } from "./program.ts";

/** What a relay in the lab is started with. Everything listens on 127.0.0.1, with a generated certificate, open to all. */
export interface RelayOptions {
  /** UDP for QUIC and WebTransport, TCP for HTTP and WebSocket. */
  readonly port: number;
  /** TCP, for /metrics. */
  readonly internalPort: number;
  /** Port at which other relays reach it, where that is not its own but a proxy's. */
  readonly nodePort?: number;
  /** Port of the relay that is this one's root; absent: it is a root itself. */
  readonly rootPort?: number;
  /** Further peers to dial, as URLs, for relays that know no roots. */
  readonly connect?: readonly string[];
  /** Further flags, at the end. */
  readonly flags?: readonly string[];
  readonly logLevel?: string;
}

/** One implementation of a relay, as a program. */
export interface RelayKind {
  /** A short name for tables and logs. */
  readonly name: string;
  /** Why it cannot be started here; undefined when it can. */
  missing(): string | undefined;
  command(options: RelayOptions): Command;
}

/** The environment of this process without what configures a relay: those in the lab are told everything by flags. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MOQ_")));
}
