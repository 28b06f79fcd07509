import type { DialEvents, Dialling, Handle } from "@moq-relay/protocol/transport";
import { defaultEngine, type Engine } from "./engine.ts";
import type { NativeDialOptions } from "./native.ts";
import { type Certificate, in32Bits, nativeQuicOptions, type QuicOptions } from "./options.ts";
import { parseTarget } from "./target.ts";

/** Settings of a dial. */
export interface DialOptions {
  /** Raw QUIC: ALPNs. WebTransport: the protocols offered. The favourite comes first. */
  readonly protocols: readonly string[];
  /** The name that the server's certificate must have. Default: the host that is dialled. */
  readonly serverName?: string;
  /** PEM of the authorities to trust, in place of the system's. */
  readonly ca?: string;
  /** SHA-256 of the certificates to trust, hexadecimal (colons allowed), in place of authorities and names. */
  readonly certificateHashes?: readonly string[];
  /** Trusts any certificate: for development. */
  readonly insecure?: boolean;
  /** Our own certificate, for servers that ask for one. */
  readonly certificate?: Certificate;
  readonly quic?: QuicOptions;
  /** For the whole dial, name resolution included, milliseconds. Default 10,000. */
  readonly timeout?: number;
  /** Default: the one that the process shares. */
  readonly engine?: Engine;
}

/**
 * Dials "host:port" (raw QUIC) or "https://host[:port]/path" (WebTransport). All addresses of a name are tried, IPv6 and
 * IPv4 in turns, each 250 ms after the one before. Whatever goes wrong, unusable options too, comes as `onFailed`.
 */
export function dial(target: string, options: DialOptions, events: DialEvents): Dialling {
  return new QuicDialling(target, options, events);
}

class QuicDialling implements Dialling {
  readonly #engine: Engine;
  #handle: Handle | undefined;
  #cancelled = false;

  constructor(target: string, options: DialOptions, events: DialEvents) {
    this.#engine = options.engine ?? defaultEngine();
    // Later, so that whoever changes its mind at once has sent nothing, and a failure is an event like any other.
    queueMicrotask(() => {
      if (!this.#cancelled) this.#begin(target, options, events);
    });
  }

  #begin(target: string, options: DialOptions, events: DialEvents): void {
    const engine = this.#engine;
    try {
      this.#handle = engine.native.dial(nativeDialOptions(target, options, engine));
    } catch (error) {
      events.onFailed((error as Error).message);
      return;
    }
    engine.dispatcher.addDoor(this.#handle, {
      dialled: true,
      onConnection: (connection) => events.onConnection(connection),
      onFailed: (reason, status) => events.onFailed(reason, status),
    });
  }

  cancel(): void {
    this.#cancelled = true;
    if (this.#handle !== undefined && this.#engine.dispatcher.takeDoor(this.#handle)) {
      this.#engine.native.cancelDial(this.#handle);
    }
  }
}

function nativeDialOptions(target: string, options: DialOptions, engine: Engine): NativeDialOptions {
  return in32Bits({
    ...parseTarget(target),
    protocols: options.protocols,
    ...(options.serverName === undefined ? {} : { serverName: options.serverName }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.certificateHashes === undefined ? {} : { hashes: options.certificateHashes }),
    insecure: options.insecure ?? false,
    ...(options.certificate === undefined ? {} : { certificate: options.certificate }),
    quic: nativeQuicOptions(options.quic ?? {}, engine.limits),
    timeout: options.timeout ?? 10_000,
  });
}
