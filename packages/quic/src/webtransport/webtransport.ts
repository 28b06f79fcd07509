import type { ReadableStream } from "node:stream/web";
import type { CloseInfo, Connection, Dialling } from "@moq-relay/protocol/transport";
import { dial } from "../dial.ts";
import { Engine } from "../engine.ts";
import type { WebTransportDatagramDuplexStream } from "./datagrams.ts";
import { WebTransportError } from "./error.ts";
import {
  pins,
  type WebTransportCloseInfo,
  type WebTransportOptions,
  type WebTransportSendStreamOptions,
} from "./options.ts";
import type { WebTransportReceiveStream } from "./readable.ts";
import { StreamSession, type WebTransportBidirectionalStream } from "./session.ts";
import type { WebTransportSendStream } from "./writable.ts";

/** Marks for writers that wait: a stream holds little more than the high mark, so the caps only stop what went wrong. */
const LIMITS = {
  highMark: 256 << 10,
  lowMark: 64 << 10,
  maxStreamQueue: 4 << 20,
  maxConnectionQueue: 1 << 30,
};

/** Bytes of UTF-8 that the reason of a close may have. */
const MAX_REASON = 1024;

let shared: Engine | undefined;

function sharedEngine(): Engine {
  if (shared === undefined || shared.closed) shared = new Engine({ limits: LIMITS });
  return shared;
}

/** A WebTransport session for programs, in the shape of the W3C interface. */
export class WebTransport {
  readonly ready: Promise<undefined>;
  /** Resolves when either side closed the session, rejects when it was lost or never stood. */
  readonly closed: Promise<{ closeCode: number; reason: string }>;
  /** Never resolves: servers do not ask for it. */
  readonly draining: Promise<undefined> = new Promise(() => {});
  readonly reliability = "supports-unreliable";
  readonly congestionControl: "default" | "throughput" | "low-latency";
  static readonly supportsReliableOnly: boolean = false;
  readonly #session: StreamSession;
  readonly #dialling: Dialling;
  #protocol = "";
  #settled = false;
  #resolveReady!: (nothing: undefined) => void;
  #rejectReady!: (error: Error) => void;
  #resolveClosed!: (info: { closeCode: number; reason: string }) => void;
  #rejectClosed!: (error: Error) => void;

  /** Dials at once. Throws a `SyntaxError` for a URL that is not https, a `TypeError` for options that make no sense. */
  constructor(url: string | URL, options: WebTransportOptions = {}) {
    const parsed = URL.parse(url);
    if (parsed?.protocol !== "https:" || parsed.hash !== "") {
      throw new DOMException(`not an https URL without a fragment: ${url}`, "SyntaxError");
    }
    const protocols = options.protocols ?? [];
    if (new Set(protocols).size !== protocols.length) {
      throw new DOMException("a protocol is named twice", "SyntaxError");
    }
    const hashes = pins(options.serverCertificateHashes);
    this.congestionControl = options.congestionControl ?? "default";
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.closed = new Promise((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#rejectClosed = reject;
    });
    // Most programs look at one of the two only.
    this.ready.catch(() => {});
    this.closed.catch(() => {});
    const engine = options.engine ?? sharedEngine();
    const { highMark, maxUniStreams } = engine.limits;
    this.#session = new StreamSession(highMark, maxUniStreams, (info) => this.#onClosed(info));
    this.#dialling = dial(
      parsed.href,
      {
        protocols,
        engine,
        quic: { keepAlive: 5000 },
        ...(hashes === undefined ? {} : { certificateHashes: hashes }),
        ...(options.ca === undefined ? {} : { ca: options.ca }),
        ...(options.insecure === undefined ? {} : { insecure: options.insecure }),
      },
      {
        onConnection: (connection) => this.#onConnection(connection),
        onFailed: (reason) => this.#fail(new WebTransportError(reason, { source: "session" })),
      },
    );
  }

  /** The protocol that the server chose, "" for none or while the session is not ready. */
  get protocol(): string {
    return this.#protocol;
  }

  get incomingUnidirectionalStreams(): ReadableStream<WebTransportReceiveStream> {
    return this.#session.incomingUni.readable;
  }

  get incomingBidirectionalStreams(): ReadableStream<WebTransportBidirectionalStream> {
    return this.#session.incomingBidi.readable;
  }

  get datagrams(): WebTransportDatagramDuplexStream {
    return this.#session.datagrams;
  }

  async createUnidirectionalStream(options: WebTransportSendStreamOptions = {}): Promise<WebTransportSendStream> {
    return this.#session.openUni(await this.#connection(), options.sendOrder ?? null);
  }

  async createBidirectionalStream(
    options: WebTransportSendStreamOptions = {},
  ): Promise<WebTransportBidirectionalStream> {
    return this.#session.openBidi(await this.#connection(), options.sendOrder ?? null);
  }

  /** Ends the session, or gives up dialling. */
  close(info: WebTransportCloseInfo = {}): void {
    const { connection } = this.#session;
    if (connection !== undefined) {
      connection.close((info.closeCode ?? 0) >>> 0, cut(info.reason ?? ""));
    } else if (!this.#settled) {
      this.#dialling.cancel();
      this.#fail(new WebTransportError("closed before it was ready", { source: "session" }));
    }
  }

  /** Counters of the connection. */
  async getStats(): Promise<Record<string, number | null>> {
    const stats = (await this.#connection()).stats();
    return {
      bytesSent: stats.bytesSent,
      bytesReceived: stats.bytesReceived,
      packetsLost: stats.packetsLost ?? 0,
      smoothedRtt: stats.rtt ?? 0,
      estimatedSendRate: stats.sendRate ?? null,
    };
  }

  async #connection(): Promise<Connection> {
    await this.ready;
    const { connection } = this.#session;
    if (connection === undefined) throw new DOMException("the session has ended", "InvalidStateError");
    return connection;
  }

  #onConnection(connection: Connection): StreamSession {
    this.#settled = true;
    this.#protocol = connection.info.protocol;
    this.#session.connection = connection;
    this.#resolveReady(undefined);
    return this.#session;
  }

  #fail(error: WebTransportError): void {
    this.#settled = true;
    this.#rejectReady(error);
    this.#rejectClosed(error);
    for (const arrivals of [this.#session.incomingUni, this.#session.incomingBidi, this.#session.datagrams]) {
      arrivals.fail(error);
    }
  }

  #onClosed({ by, code, reason }: CloseInfo): void {
    if (by === "lost") this.#rejectClosed(new WebTransportError(reason, { source: "session" }));
    else this.#resolveClosed({ closeCode: code, reason });
  }
}

/** At most `MAX_REASON` bytes of whole characters. */
function cut(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(MAX_REASON));
  return reason.slice(0, read);
}
