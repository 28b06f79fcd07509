import type { ConnectionRequest, Handle } from "@moq-relay/protocol/transport";
import { defaultEngine, type Engine } from "./engine.ts";
import { type Certificate, in32Bits, nativeQuicOptions, type QuicOptions } from "./options.ts";
import { QuicRequest } from "./request.ts";

/** The ALPN of HTTP/3, which carries WebTransport. */
export const WEBTRANSPORT_ALPN = "h3";

/** Bytes below which one could guess. */
const RESET_KEY_LENGTH = 16;

/** Settings of a listener. */
export interface ListenOptions {
  /** Address and port: "127.0.0.1:4443", "[::]:443" (IPv4 too), port 0 for any. */
  readonly address: string;
  /** The client's server name chooses among several; the first one serves all others. */
  readonly certificates: readonly Certificate[];
  /** Protocols of raw QUIC, favourite first: the server's order counts. Default none. */
  readonly alpns?: readonly string[];
  /** Whether WebTransport is served on the port too. Default true. */
  readonly webTransport?: boolean;
  /** PEM of the authorities of client certificates. Clients are asked for one only where it is given. */
  readonly clientCa?: string;
  /**
   * Whether a client without a certificate is refused. Default false. Under TLS 1.3 such a client believes for a moment
   * that it is connected.
   */
  readonly clientCertRequired?: boolean;
  readonly quic?: QuicOptions;
  /**
   * Address validation (RFC 9000, section 8.1.2): a round trip that proves that a client receives at the address from which
   * it sends. Default "load": while `handshakesBeforeRetry` handshakes are under way, or more than half of `maxConnections`
   * are open.
   */
  readonly retry?: "never" | "always" | "load";
  /** From so many handshakes under way on, new clients must prove their address first. Default 256. */
  readonly handshakesBeforeRetry?: number;
  /**
   * Handshakes under way at once, a WebTransport client's request included. Further clients get no answer, and come back by
   * themselves when their packet is due again; those that have proved their address are refused. Default 4,096.
   */
  readonly maxHandshakes?: number;
  /** Further clients are refused. Default 100,000. */
  readonly maxConnections?: number;
  /** For the QUIC handshake, and then for a WebTransport client's request, milliseconds each. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** Buffers of the UDP socket, bytes. Default 4 MiB; the kernel may grant less. */
  readonly socketBuffer?: number;
  /**
   * Secret of stateless resets (RFC 9000, section 10.3), 16 bytes at least. A process that listens with the same one where
   * another was killed tells its peers, when next they send, that their connections are gone. Of a connection that two listeners
   * with one secret can be asked about, either can be made to end the other's: no two may have the same at a time (section
   * 21.11). Default: one that nobody else has, and peers wait for their idle timeout.
   */
  readonly resetKey?: Uint8Array;
  /** Default: the one that the process shares. */
  readonly engine?: Engine;
  /** Hears of every client at the door. One that is not answered for 30 s is turned away. */
  readonly onRequest: (request: ConnectionRequest) => void;
}

/** What has come of the clients of a listener. Cumulative, unless said. */
export interface ListenerStats {
  /** Connections now, handshakes and those that are just ending included. */
  readonly connections: number;
  /** Handshakes under way now. */
  readonly handshakes: number;
  /** Handshakes after which the client was announced by `onRequest`. */
  readonly completed: number;
  /** Clients that were asked to prove their address. */
  readonly retried: number;
  /** Clients that were turned away for a cap, and told. */
  readonly refused: number;
  /** First packets that were left without an answer for `maxHandshakes`. */
  readonly ignored: number;
  /** Handshakes that took longer than `handshakeTimeout`. */
  readonly timedOut: number;
}

const CLOSED_STATS: ListenerStats = {
  connections: 0,
  handshakes: 0,
  completed: 0,
  retried: 0,
  refused: 0,
  ignored: 0,
  timedOut: 0,
};

/** A UDP port that serves raw QUIC and WebTransport. */
export interface Listener {
  /** Where it listens, such as "127.0.0.1:4443"; IPv6 in brackets. */
  readonly address: string;
  readonly port: number;
  /** Replaces the certificates for handshakes from now on. Throws when one does not fit its key. */
  setCertificates(certificates: readonly Certificate[]): void;
  /** All zero once it is closed. */
  stats(): ListenerStats;
  /** Takes no new connections; those that stand go on, and the port is free after the last one. */
  close(): void;
}

/** Listens. Throws when the address is taken or a certificate is unusable. */
export function listen(options: ListenOptions): Listener {
  const engine = options.engine ?? defaultEngine();
  const { resetKey } = options;
  if (resetKey && resetKey.length < RESET_KEY_LENGTH) throw new RangeError("a reset key has 16 bytes at least");
  const alpns = [...(options.alpns ?? [])];
  if (options.webTransport ?? true) alpns.push(WEBTRANSPORT_ALPN);
  const endpoint = engine.native.listen(
    in32Bits({
      address: options.address,
      certificates: options.certificates,
      alpns,
      ...(options.clientCa === undefined ? {} : { clientCa: options.clientCa }),
      clientCertRequired: options.clientCertRequired ?? false,
      quic: nativeQuicOptions(options.quic ?? {}, engine.limits),
      retry: options.retry ?? "load",
      handshakesBeforeRetry: options.handshakesBeforeRetry ?? 256,
      maxHandshakes: options.maxHandshakes ?? 4_096,
      maxConnections: options.maxConnections ?? 100_000,
      handshakeTimeout: options.handshakeTimeout ?? 10_000,
      ...(options.socketBuffer === undefined ? {} : { socketBuffer: options.socketBuffer }),
      ...(resetKey === undefined ? {} : { resetKey: Buffer.from(resetKey) }),
    }),
  );
  engine.dispatcher.addEndpoint(endpoint, (request) => {
    const info = engine.native.info(request);
    if (info !== null) options.onRequest(new QuicRequest(engine, request, info));
  });
  return new QuicListener(engine, endpoint);
}

class QuicListener implements Listener {
  readonly #engine: Engine;
  readonly #endpoint: Handle;
  readonly address: string;

  constructor(engine: Engine, endpoint: Handle) {
    this.#engine = engine;
    this.#endpoint = endpoint;
    this.address = engine.native.address(endpoint);
  }

  get port(): number {
    return Number(this.address.slice(this.address.lastIndexOf(":") + 1));
  }

  setCertificates(certificates: readonly Certificate[]): void {
    this.#engine.native.setCertificates(this.#endpoint, certificates);
  }

  stats(): ListenerStats {
    return this.#engine.native.endpointStats(this.#endpoint) ?? CLOSED_STATS;
  }

  close(): void {
    this.#engine.dispatcher.removeEndpoint(this.#endpoint);
    this.#engine.native.closeEndpoint(this.#endpoint);
  }
}
