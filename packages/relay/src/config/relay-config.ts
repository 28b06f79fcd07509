import type { Limits } from "../limits.ts";
import type { HostPort, Peer, SocketAddress } from "./address.ts";
import type { PathPattern } from "./pattern.ts";
import type { Source } from "./source.ts";
import type { MoqVersion } from "./version.ts";

/**
 * The configuration as the relay uses it: complete, checked, frozen. Durations are milliseconds, sizes are bytes. The
 * name of a field is its TOML path in camel case, so `config.quic.maxStreams` is `quic.max_streams`, `--quic-max-streams`
 * and `MOQ_QUIC_MAX_STREAMS`.
 */
export interface RelayConfig {
  /** Nothing was configured: loopback, a generated certificate, everything open. */
  readonly development: boolean;
  readonly listen: ListenConfig;
  readonly connect: ConnectConfig;
  readonly backoff: BackoffConfig;
  readonly quic: QuicConfig;
  readonly cluster: ClusterConfig;
  readonly auth: AuthConfig;
  readonly web: WebConfig;
  readonly internal: { readonly listen: SocketAddress | undefined };
  readonly cache: CacheConfig;
  readonly log: LogConfig;
  readonly drainTimeout: number;
  readonly limits: Limits;
  /** Where each value came from, by option path such as "quic.max-streams"; an absent path means the default. */
  readonly sources: ReadonlyMap<string, Source>;
}

/** QUIC and WebTransport, accepting. */
export interface ListenConfig {
  readonly bind: SocketAddress;
  /** Versions that may be chosen, best first; empty means all that this relay has. */
  readonly version: readonly MoqVersion[];
  /** TLS and QUIC handshake, milliseconds. */
  readonly timeout: number;
  readonly tls: {
    /** PEM files, each a chain; `key[i]` belongs to `cert[i]`. */
    readonly cert: readonly string[];
    readonly key: readonly string[];
    /** Names and addresses for a generated certificate; empty means none. */
    readonly generate: readonly string[];
    /** PEM files with the authorities of client certificates: whom they certify is a relay of the cluster. */
    readonly root: readonly string[];
  };
}

/** Dialling other relays. */
export interface ConnectConfig {
  /** Versions that are offered, best first; empty means all that this relay has. */
  readonly version: readonly MoqVersion[];
  /** Dial and handshake, milliseconds; 0 waits for ever. */
  readonly timeout: number;
  readonly tls: {
    /** PEM files with certificate authorities; none: those of the system. */
    readonly root: readonly string[];
    /** SHA-256 of accepted leaf certificates, 64 lower-case hex digits each; not empty replaces the check of the chain. */
    readonly fingerprint: readonly string[];
    /** Accept any certificate. */
    readonly insecure: boolean;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
}

/** Waiting between dials, with full jitter; a cluster link never gives up. */
export interface BackoffConfig {
  readonly initial: number;
  readonly multiplier: number;
  /** Undefined: 1 s in small clusters, growing by 10 ms a node above a hundred. */
  readonly max: number | undefined;
}

/** Transport settings, both directions. */
export interface QuicConfig {
  /** Streams of each kind that a peer may have open. */
  readonly maxStreams: number;
  readonly idleTimeout: number;
  /** 0 sends none. */
  readonly keepAlive: number;
  readonly gso: boolean;
  readonly mtuDiscovery: boolean;
  /** "loss" is CUBIC, "delay" is BBR. */
  readonly congestionControl: "loss" | "delay";
  readonly receiveWindow: number;
  readonly streamReceiveWindow: number;
  readonly sendWindow: number;
}

/** How nodes are connected for data: on demand, all to all, or only through the roots. */
export type ClusterLinks = "demand" | "mesh" | "root";

/** Membership; see `clusterRole`. */
export interface ClusterConfig {
  /** Addresses of all roots; empty means that this node is a root. */
  readonly root: readonly HostPort[];
  /** Own address, at which other nodes reach this one. */
  readonly node: HostPort | undefined;
  /** Peers that are dialled whatever the roots say. */
  readonly connect: readonly Peer[];
  readonly links: ClusterLinks;
  /** Broadcasts that viewers here get by two ways at once. */
  readonly standby: readonly PathPattern[];
  /** Relays that this one feeds with one broadcast at most. */
  readonly maxLinks: number;
  /** File that keeps the addresses of the members. */
  readonly state: string | undefined;
  /** How long a broadcast whose publisher vanished without a word stays announced, milliseconds. */
  readonly linger: number;
  /** Shown to roots and nodes that this one dials: a token (JWT), or the file that holds it. */
  readonly token: string | undefined;
  readonly maxHops: number;
}

/** Who may do what. */
export interface AuthConfig {
  /** File with the keys of tokens, a JWK or a JWK set. */
  readonly key: string | undefined;
  /** Folder with such files, `<kid>.jwk`. */
  readonly keyDir: string | undefined;
  /** Publish and subscribe. */
  readonly public: readonly PathPattern[];
  readonly publicSubscribe: readonly PathPattern[];
  readonly publicPublish: readonly PathPattern[];
}

/** HTTP and WebSocket. */
export interface WebConfig {
  /** WebSocket on the web listener. */
  readonly ws: boolean;
  readonly http: { readonly listen: SocketAddress | undefined };
}

/** Groups that are kept for late joiners. */
export interface CacheConfig {
  /** Budget in bytes. */
  readonly capacity: number;
  /** Bytes of memory that are to stay free. */
  readonly headroom: number;
  /** Longest stay of a group that is not its track's latest, milliseconds. */
  readonly duration: number;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "off";

export interface LogConfig {
  readonly level: LogLevel;
  /** "auto" is text on a terminal and JSON otherwise. */
  readonly format: "auto" | "text" | "json";
}
