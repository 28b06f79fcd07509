import type { RelayConfig, SocketAddress } from "../config/index.ts";
import type { Certificate } from "../tls/index.ts";
import type { Log } from "./log.ts";

/** What the command line runs: the relay, as far as starting and ending it goes. */
export interface RunnableRelay {
  /** Opens every listener, or none. Rejects with `ConfigurationError` where the configuration is at fault. */
  start(): Promise<Started>;
  /** Lets sessions leave, and sends those away that do not, within `drainTimeout`; then closes everything. */
  drain(): Promise<void>;
  /** Ends all sessions and closes everything, at once. Works while starting, while draining, and twice. */
  close(): Promise<void>;
}

/** Where a relay that has started can be reached; ports are the real ones. */
export interface Started {
  /** QUIC and WebTransport; undefined when there is no QUIC here. */
  readonly quic: SocketAddress | undefined;
  /** HTTP and WebSocket. */
  readonly http: SocketAddress | undefined;
  readonly internal: SocketAddress | undefined;
  readonly certificates: readonly Certificate[];
  /** Whether the page that publishes and plays is at `/`. */
  readonly page: boolean;
  /** Why there is no QUIC, and what to do: one sentence. */
  readonly withoutQuic?: string;
}

/** Makes a relay of a configuration; nothing is opened yet. */
export type LoadRelay = (config: RelayConfig, parts: { readonly log: Log }) => RunnableRelay;
