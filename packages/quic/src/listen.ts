import type { ConnectionRequest, Handle } from "@moq-relay/protocol/transport";
import { defaultEngine, type Engine } from "./engine.ts";
import { type Certificate, in32Bits, nativeQuicOptions, type QuicOptions } from "./options.ts";
import { QuicRequest } from "./request.ts";

/** The ALPN of HTTP/3, which carries WebTransport. */
export const WEBTRANSPORT_ALPN = "h3";

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
   * Address validation: a round trip that proves that a client receives at the address from which it sends. Default
   * "load": when more than half of `maxConnections` are open.
   */
  readonly retry?: "never" | "always" | "load";
  /** Further clients are refused. Default 100,000. */
  readonly maxConnections?: number;
  /** For the QUIC handshake, and then for a WebTransport client's request, milliseconds each. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** Buffers of the UDP socket, bytes. Default 4 MiB; the kernel may grant less. */
  readonly socketBuffer?: number;
  /** Default: the one that the process shares. */
  readonly engine?: Engine;
  /** Hears of every client at the door. One that is not answered for 30 s is turned away. */
  readonly onRequest: (request: ConnectionRequest) => void;
}

/** A UDP port that serves raw QUIC and WebTransport. */
export interface Listener {
  /** Where it listens, such as "127.0.0.1:4443"; IPv6 in brackets. */
  readonly address: string;
  readonly port: number;
  /** Replaces the certificates for handshakes from now on. Throws when one does not fit its key. */
  setCertificates(certificates: readonly Certificate[]): void;
  /** Takes no new connections; those that stand go on, and the port is free after the last one. */
  close(): void;
}

/** Listens. Throws when the address is taken or a certificate is unusable. */
export function listen(options: ListenOptions): Listener {
  const engine = options.engine ?? defaultEngine();
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
      maxConnections: options.maxConnections ?? 100_000,
      handshakeTimeout: options.handshakeTimeout ?? 10_000,
      ...(options.socketBuffer === undefined ? {} : { socketBuffer: options.socketBuffer }),
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

  close(): void {
    this.#engine.dispatcher.removeEndpoint(this.#endpoint);
    this.#engine.native.closeEndpoint(this.#endpoint);
  }
}
