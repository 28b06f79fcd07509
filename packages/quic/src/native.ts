import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The first field of an event; `native/src/events.rs` has the same numbers and says what the fields hold. */
export const EventKind = {
  request: 1,
  session: 2,
  failed: 3,
  closed: 4,
  uni: 5,
  bidi: 6,
  data: 7,
  fin: 8,
  reset: 9,
  stopped: 10,
  pressure: 11,
  drained: 12,
  overflow: 13,
  delivered: 14,
  datagram: 15,
  gone: 16,
} as const;

/** Numbers that each event takes in the array passed to `drain`: kind, handle, a, b, offset, length. */
export const EVENT_FIELDS = 6;

/** See `native/src/options.rs`. */
export interface NativeEngineOptions {
  readonly threads: number;
  readonly highMark: number;
  readonly lowMark: number;
  readonly maxStreamQueue: number;
  readonly maxConnectionQueue: number;
  readonly maxConnectionReceive: number;
  readonly maxReceive: number;
  readonly maxWaitingStreams: number;
  readonly maxUniStreams: number;
  readonly maxBidiStreams: number;
}

export interface NativeQuicOptions {
  readonly idleTimeout: number;
  readonly keepAlive: number;
  readonly maxUniStreams: number;
  readonly maxBidiStreams: number;
  readonly streamReceiveWindow: number;
  readonly receiveWindow: number;
  readonly firstReceiveWindow: number;
  readonly sendWindow: number;
  readonly congestion: string;
  readonly gso: boolean;
  readonly mtuDiscovery: boolean;
  readonly initialMtu: number;
  readonly datagramBuffer: number;
}

export interface NativeCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface NativeListenOptions {
  readonly address: string;
  readonly certificates: readonly NativeCertificate[];
  readonly alpns: readonly string[];
  readonly clientCa?: string;
  readonly clientCertRequired: boolean;
  readonly quic: NativeQuicOptions;
  readonly retry: string;
  readonly handshakesBeforeRetry: number;
  readonly maxHandshakes: number;
  readonly maxConnections: number;
  readonly handshakeTimeout: number;
  readonly socketBuffer?: number;
  readonly resetKey?: Uint8Array;
}

export interface NativeDialOptions {
  readonly host: string;
  readonly port: number;
  readonly url?: string;
  readonly protocols: readonly string[];
  readonly serverName?: string;
  readonly ca?: string;
  readonly hashes?: readonly string[];
  readonly insecure: boolean;
  readonly certificate?: NativeCertificate;
  readonly quic: NativeQuicOptions;
  readonly timeout: number;
}

export interface NativeInfo {
  readonly webtransport: boolean;
  readonly remote: string;
  readonly authority: string;
  readonly fromPage: boolean;
  readonly path: string;
  readonly offers: string[];
  readonly protocol: string;
  readonly certificates: Uint8Array[];
}

/** See `native/src/stats.rs`. */
export interface NativeStats {
  readonly rtt: number;
  readonly congestionWindow: number;
  readonly sendRate: number;
  readonly sinceReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly datagramsSent: number;
  readonly datagramsReceived: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
  readonly bytesQueued: number;
  readonly mtu: number;
}

/** See `native/src/stats.rs`. */
export interface NativeEndpointStats {
  readonly connections: number;
  readonly handshakes: number;
  readonly completed: number;
  readonly retried: number;
  readonly refused: number;
  readonly ignored: number;
  readonly timedOut: number;
}

/** See `native/src/engine.rs`. */
export interface NativeLoad {
  readonly received: number;
  readonly heldBack: number;
  readonly raised: number;
  readonly notRaised: number;
  readonly givenUp: number;
}

export interface NativeCensus {
  readonly sessions: number;
  readonly sends: number;
  readonly recvs: number;
  readonly endpoints: number;
}

/** See `native/src/engine.rs`. Calls that name something that is gone do nothing. */
export interface NativeEngine {
  close(): void;
  drain(meta: Uint32Array): Uint8Array | null;
  /** To be called after each wake-up. True when there is more to drain, for which no wake-up will come. */
  rest(): boolean;
  listen(options: NativeListenOptions): number;
  address(endpoint: number): string;
  endpointStats(endpoint: number): NativeEndpointStats | null;
  setCertificates(endpoint: number, certificates: readonly NativeCertificate[]): void;
  closeEndpoint(endpoint: number): void;
  dial(options: NativeDialOptions): number;
  cancelDial(connection: number): void;
  /** False when the client has left already. */
  accept(connection: number, protocol: string): boolean;
  reject(connection: number, status: number): void;
  info(connection: number): NativeInfo | null;
  closeConnection(connection: number, code: number, reason: string): void;
  stats(connection: number): NativeStats | null;
  maxDatagramSize(connection: number): number;
  setHeartbeat(connection: number, milliseconds: number): void;
  allowBidi(connection: number, count: number): void;
  sendDatagram(connection: number, bytes: Uint8Array): boolean;
  /** Returns how many were taken. */
  sendDatagramMany(connections: Uint32Array, headers: Uint8Array, ends: Uint32Array, body: Uint8Array): number;
  openUni(connection: number, priority: number): number;
  openBidi(connection: number, priority: number, first: Uint8Array, out: Uint32Array): void;
  openUniMany(
    connections: Uint32Array,
    headers: Uint8Array,
    ends: Uint32Array,
    priorities: Int32Array,
    out: Uint32Array,
  ): void;
  write(stream: number, bytes: Uint8Array): void;
  writeMany(streams: Uint32Array, bytes: Uint8Array): void;
  finishMany(streams: Uint32Array): void;
  resetMany(streams: Uint32Array, code: number): void;
  setPriorityMany(streams: Uint32Array, priorities: Int32Array): void;
  queued(stream: number): number;
  stop(stream: number, code: number): void;
  readMany(streams: Uint32Array): void;
  setPaused(stream: number, paused: boolean): void;
  load(): NativeLoad;
  census(): NativeCensus;
}

interface Addon {
  NativeEngine: new (options: NativeEngineOptions, wake: () => void) => NativeEngine;
}

type Loaded = { readonly addon: Addon } | { readonly reason: string };

const addonFile = fileURLToPath(
  new URL(`../native/moq-relay-quic.${process.platform}-${process.arch}.node`, import.meta.url),
);

let loaded: Loaded | undefined;

function load(): Loaded {
  try {
    return { addon: createRequire(import.meta.url)(addonFile) as Addon };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND";
    const first = (error as Error).message.split("\n", 1)[0];
    return {
      reason: missing
        ? `QUIC is not available: no addon for ${process.platform}-${process.arch} was built (npm run setup builds it)`
        : `QUIC is not available: the addon does not load: ${first}`,
    };
  }
}

/** Why there is no QUIC in this process, in one line; `undefined` when there is. */
export function unavailableReason(): string | undefined {
  loaded ??= load();
  return "reason" in loaded ? loaded.reason : undefined;
}

/** Whether the native addon is there and loads. */
export function isAvailable(): boolean {
  return unavailableReason() === undefined;
}

/** Makes a native engine. Throws the `unavailableReason` when there is no addon. */
export function createNativeEngine(options: NativeEngineOptions, wake: () => void): NativeEngine {
  loaded ??= load();
  if ("reason" in loaded) throw new Error(loaded.reason);
  return new loaded.addon.NativeEngine(options, wake);
}
