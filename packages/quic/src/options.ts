import type { CarrierLimits } from "@moq-relay/protocol/transport";
import type { NativeQuicOptions } from "./native.ts";

/** CUBIC (RFC 9438), NewReno (RFC 9002, section 7) or BBR (draft-cardwell-iccrg-bbr-congestion-control, version 1). */
export type CongestionControl = "cubic" | "newreno" | "bbr";

/** Settings of QUIC itself. */
export interface QuicOptions {
  /** Silence after which a connection is lost, milliseconds; 0 for never. Default 30,000; the lower one of both ends rules. */
  readonly idleTimeout?: number;
  /** Interval of keep-alive packets while nothing else is sent, milliseconds; 0 (the default) for none. */
  readonly keepAlive?: number;
  /** What one stream may have under way toward us, bytes. Default 1 MiB, at most the connection's receive budget. */
  readonly streamReceiveWindow?: number;
  /**
   * What all streams of a connection together may have under way toward us, bytes: a cap on the memory that a peer can
   * fill while nobody reads. Default 16 MiB, or four times the connection's receive budget if that is more.
   */
  readonly receiveWindow?: number;
  /**
   * What that begins with where the peer dialled us, bytes: it grows when the peer fills it, as long as all together have grown
   * by less than `maxReceive`. Only for an application that reads whatever comes: a stream that is paused takes of it too.
   * Default: all.
   */
  readonly firstReceiveWindow?: number;
  /**
   * What QUIC takes up of a connection's data before it is acknowledged, bytes. Default 1 MiB: more waits in our queues,
   * where it can still be overtaken and cancelled.
   */
  readonly sendWindow?: number;
  /** How the end that has this setting paces what it sends. Default "cubic"; BBR is experimental in quinn. */
  readonly congestion?: CongestionControl;
  /** Lets the kernel cut large writes into packets: a third less CPU. Default true. */
  readonly gso?: boolean;
  /** Looks for larger packets that the path carries. Default true. */
  readonly mtuDiscovery?: boolean;
  /** UDP payload of packets before anything is known of the path, bytes. Default 1,200. */
  readonly initialMtu?: number;
  /** Unreliable datagrams that wait, in each direction, bytes; 0 switches them off. Default 1 MiB. */
  readonly datagramBuffer?: number;
}

/** A certificate chain (leaf first) and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The same numbers, none above 32 bits: Node-API would cut the rest off, and of 4 GiB leave nothing. */
export function in32Bits<T extends object>(options: T): T {
  const entries = Object.entries(options);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "number" ? Math.min(value, 2 ** 32 - 1) : value]),
  ) as T;
}

/** Fills in the defaults. */
export function nativeQuicOptions(options: QuicOptions, limits: CarrierLimits): NativeQuicOptions {
  return in32Bits({
    idleTimeout: options.idleTimeout ?? 30_000,
    keepAlive: options.keepAlive ?? 0,
    maxUniStreams: limits.maxUniStreams,
    maxBidiStreams: limits.maxBidiStreams,
    streamReceiveWindow: options.streamReceiveWindow ?? Math.min(1 << 20, limits.maxConnectionReceive),
    receiveWindow: options.receiveWindow ?? Math.max(16 << 20, 4 * limits.maxConnectionReceive),
    firstReceiveWindow: options.firstReceiveWindow ?? 2 ** 32,
    sendWindow: options.sendWindow ?? 1 << 20,
    congestion: options.congestion ?? "cubic",
    gso: options.gso ?? true,
    mtuDiscovery: options.mtuDiscovery ?? true,
    initialMtu: options.initialMtu ?? 1200,
    datagramBuffer: options.datagramBuffer ?? 1 << 20,
  });
}
