import type { Clock } from "@moq-relay/protocol/model";
import type { DialEvents, Dialling } from "@moq-relay/protocol/transport";
import { dial as dialQuic, type Engine, type QuicOptions } from "@moq-relay/quic";
import type { WebSocketTransport } from "@moq-relay/websocket";
import { isLoopback, type Peer } from "../config/index.ts";

/** Whom this relay believes when it dials, PEM and hexadecimal. */
export interface DialTrust {
  readonly ca: readonly string[];
  readonly fingerprints: readonly string[];
  readonly insecure: boolean;
  readonly identity?: { readonly cert: string; readonly key: string } | undefined;
}

export interface DiallerOptions {
  readonly clock: Clock;
  /** Undefined without QUIC. */
  readonly engine: Engine | undefined;
  readonly websocket: WebSocketTransport;
  readonly trust: DialTrust;
  readonly protocols: readonly string[];
  readonly quic: QuicOptions;
  /** Milliseconds for a dial; 0 for no limit. */
  readonly timeout: number;
  /** Milliseconds that QUIC has before WebSocket is tried beside it. */
  readonly headStart: number;
}

/** Where to dial: a URL, or a node by host and port. */
export type DialTarget = Pick<Peer, "scheme" | "host" | "port" | "path">;

/** How to dial there. */
export interface DialTerms {
  /** Gives the token that is shown there, for this one dial. It goes with the URL, so the dial is by WebTransport or WebSocket. */
  readonly token?: (() => Promise<string>) | undefined;
  /** Milliseconds that QUIC has here before WebSocket is tried beside it. Default: those of the dialler. */
  readonly headStart?: number | undefined;
  /** Only where the other end proves its name by TLS, or is on this machine. So is every dial with a token. */
  readonly verified?: boolean;
}

/** Whether a target's certificate is checked, or what is said to it never leaves this machine. */
export function isVerified(
  { host }: Pick<DialTarget, "host">,
  secure: boolean,
  trust: Pick<DialTrust, "insecure">,
): boolean {
  return isLoopback(host) || (secure && !trust.insecure);
}

/**
 * Dials other relays: QUIC first, and WebSocket beside it when QUIC has not answered within its head start, for a relay
 * without it or a network that blocks UDP. Who stands first is kept.
 */
export class Dialler {
  readonly #options: DiallerOptions;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  dial(target: DialTarget, events: DialEvents, terms: DialTerms = {}): Dialling {
    const { token, headStart = this.#options.headStart, verified = false } = terms;
    const options = { ...this.#options, headStart };
    if (!token) return new Race(this.#attempts(target, verified), options, events);
    return new WithToken(token, events, (text, censored) => {
      return new Race(this.#attempts(target, true, text), options, censored);
    });
  }

  #attempts({ scheme, host, port, path }: DialTarget, verified: boolean, token?: string): Attempt[] {
    const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    const { engine, websocket, protocols, quic, timeout, trust } = this.#options;
    const options = { protocols, ...this.#trust(), timeout: timeout || FOR_EVER };
    const may = (secure: boolean): boolean => !verified || isVerified({ host }, secure, trust);
    const query = token === undefined ? "" : `?jwt=${encodeURIComponent(token)}`;
    const attempts: Attempt[] = [];
    if (engine && scheme !== "ws" && scheme !== "wss" && may(true)) {
      const raw = scheme === "moqt" && token === undefined;
      const url = raw ? authority : `https://${authority}${path}${query}`;
      attempts.push((events) => dialQuic(url, { ...options, engine, quic }, events));
    }
    const secure = scheme === "wss" || scheme === "https";
    // A node is named without a scheme, so nobody has agreed to an unverified link: where a certificate must be shown,
    // plain WebSocket would be the way around it.
    if ((secure || scheme === "ws" || scheme === "http" || trust.insecure) && may(secure)) {
      const url = `${secure ? "wss" : "ws"}://${authority}${path}${query}`;
      attempts.push((events) => websocket.dial(url, { ...options, bare: false }, events));
    }
    return attempts;
  }

  /** In the words of both transports. */
  #trust() {
    const { ca, fingerprints, insecure, identity } = this.#options.trust;
    return {
      insecure,
      ...(ca.length > 0 ? { ca: ca.join("\n") } : {}),
      ...(fingerprints.length > 0 ? { certificateHashes: fingerprints } : {}),
      ...(identity ? { certificate: identity } : {}),
    };
  }
}

/** The longest wait that a timer can have, milliseconds: 24 days. */
const FOR_EVER = 2 ** 31 - 1;

type Attempt = (events: DialEvents) => Dialling;

/** A dial that waits for its token first. What it tells never holds the token. */
class WithToken implements Dialling {
  #dialling: Dialling | undefined;
  #cancelled = false;

  constructor(
    token: () => Promise<string>,
    events: DialEvents,
    dial: (token: string, censored: DialEvents) => Dialling,
  ) {
    const fail = (error: unknown): void => {
      if (!this.#cancelled) events.onFailed(`no token could be made: ${(error as Error).message}`);
    };
    token().then((text) => {
      if (this.#cancelled) return;
      this.#dialling = dial(text, {
        onConnection: (connection) => events.onConnection(connection),
        onFailed: (reason, status) => {
          const said = reason.replaceAll(text, "…");
          if (status === undefined) events.onFailed(said);
          else events.onFailed(said, status);
        },
      });
    }, fail);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#dialling?.cancel();
  }
}

/** Several attempts at one connection, each with a head start before the next. */
class Race implements Dialling {
  readonly #options: DiallerOptions;
  readonly #events: DialEvents;
  readonly #waiting: Attempt[];
  readonly #running = new Set<Dialling>();
  readonly #reasons: string[] = [];
  #status: number | undefined;
  #timer: { cancel(): void } | undefined;
  #over = false;

  constructor(attempts: Attempt[], options: DiallerOptions, events: DialEvents) {
    this.#options = options;
    this.#events = events;
    this.#waiting = attempts;
    this.#next();
  }

  cancel(): void {
    this.#over = true;
    this.#timer?.cancel();
    for (const dialling of this.#running) dialling.cancel();
    this.#running.clear();
  }

  #next(): void {
    this.#timer?.cancel();
    const attempt = this.#waiting.shift();
    if (!attempt) return this.#impossible();
    const dialling: Dialling = attempt({
      onConnection: (connection) => {
        this.#running.delete(dialling);
        this.cancel();
        return this.#events.onConnection(connection);
      },
      onFailed: (reason, status) => {
        this.#running.delete(dialling);
        if (this.#over) return;
        this.#reasons.push(reason);
        this.#status ??= status;
        if (this.#waiting.length > 0) return this.#next();
        if (this.#running.size === 0) this.#fail();
      },
    });
    this.#running.add(dialling);
    if (this.#waiting.length > 0) this.#timer = this.#options.clock.after(this.#options.headStart, () => this.#next());
  }

  /** There was no way to try. Told later, as every failure is. */
  #impossible(): void {
    const { engine } = this.#options;
    this.#reasons.push(
      engine
        ? "beyond this machine a credential is shown only to a relay whose certificate was checked"
        : "without QUIC a node is dialled only with --connect-tls-insecure, by plain WebSocket",
    );
    this.#timer = this.#options.clock.after(0, () => this.#fail());
  }

  #fail(): void {
    this.#over = true;
    const reason = [...new Set(this.#reasons)].join("; ");
    if (this.#status === undefined) this.#events.onFailed(reason);
    else this.#events.onFailed(reason, this.#status);
  }
}
