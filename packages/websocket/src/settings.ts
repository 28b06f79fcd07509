import { type CarrierLimits, DEFAULT_CARRIER_LIMITS, MAX_HANDLES } from "@moq-relay/protocol/transport";
import { type Clock, realClock } from "./clock.ts";

/** What can be set; everything has a default. */
export interface WebSocketOptions {
  /** Marks and caps of every connection. */
  readonly limits?: Partial<CarrierLimits>;
  /** Handles in use at once: connections, and directions of their streams; default and most: `MAX_HANDLES`. */
  readonly maxHandles?: number;
  /** Connections at once, those that are still being made included; default 20,000. */
  readonly maxConnections?: number;
  /** Largest datagram that peers may send here, bytes; 0 for none; default 1,200. (Only qmux-01 and newer have any.) */
  readonly maxDatagram?: number;
  /** Datagrams waiting for room on one connection, above which further ones are dropped; default 64. */
  readonly maxDatagramQueue?: number;
  /** Largest message taken from a peer of the legacy framing, which puts no bound on it, bytes; default 4 MiB. */
  readonly maxLegacyMessage?: number;
  /** Handed to a socket and not yet taken by the kernel, above which bytes stay in their streams' queues; default 64 KiB. */
  readonly socketBuffer?: number;
  /** Answers and credits waiting for a peer that does not read, above which it is given up, bytes; default 256 KiB. */
  readonly maxControlQueue?: number;
  /** Milliseconds between WebSocket pings; default 5,000. */
  readonly pingInterval?: number;
  /** Milliseconds without a sign of life after which a peer is gone; default 30,000. */
  readonly idleTimeout?: number;
  /** Milliseconds that a dial or an upgrade, its answer and the peer's transport parameters may take; default 10,000. */
  readonly handshakeTimeout?: number;
  /** Milliseconds that a closed connection may take to say goodbye; default 3,000. */
  readonly closeTimeout?: number;
  readonly clock?: Clock;
}

/** `WebSocketOptions` with the defaults filled in. */
export interface Settings extends Required<Omit<WebSocketOptions, "limits">> {
  readonly limits: CarrierLimits;
}

export function settingsOf(options: WebSocketOptions): Settings {
  return {
    maxHandles: MAX_HANDLES,
    maxConnections: 20_000,
    maxDatagram: 1_200,
    maxDatagramQueue: 64,
    maxLegacyMessage: 4 << 20,
    socketBuffer: 64 << 10,
    maxControlQueue: 256 << 10,
    pingInterval: 5_000,
    idleTimeout: 30_000,
    handshakeTimeout: 10_000,
    closeTimeout: 3_000,
    clock: realClock,
    ...options,
    limits: { ...DEFAULT_CARRIER_LIMITS, ...options.limits },
  };
}
