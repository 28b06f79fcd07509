import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  ConnectionRequest,
  RecvEvents,
  RecvStream,
  SendEvents,
  SendStream,
} from "@moq-relay/protocol/transport";
import { type DialOptions, dial } from "../dial.ts";
import { Engine, type EngineOptions } from "../engine.ts";
import { type Listener, type ListenOptions, listen } from "../listen.ts";
import { TestAuthority, type TestCertificate } from "./certificates.ts";

/** How a sending direction ended. */
export type SendEnd = "delivered" | "overflow" | { readonly stopped: number };

/** Hears one direction or both, and remembers. */
export class StreamEnds implements BidiEvents {
  bytes = 0;
  readonly chunks: Uint8Array[] = [];
  readonly #received = Promise.withResolvers<"fin" | number>();
  readonly #sent = Promise.withResolvers<SendEnd>();

  /** "fin", or the code of the reset. */
  get received(): Promise<"fin" | number> {
    return this.#received.promise;
  }

  get sent(): Promise<SendEnd> {
    return this.#sent.promise;
  }

  /** All that came, when the peer has finished. */
  async text(): Promise<string> {
    await this.received;
    return Buffer.concat(this.chunks).toString();
  }

  onData(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.chunks.push(bytes);
  }

  onFin(): void {
    this.#received.resolve("fin");
  }

  onReset(code: number): void {
    this.#received.resolve(code);
  }

  onStopped(_stream: number, code: number): void {
    this.#sent.resolve({ stopped: code });
  }

  onPressure(): void {}

  onDrained(): void {}

  onOverflow(): void {
    this.#sent.resolve("overflow");
  }

  onDelivered(): void {
    this.#sent.resolve("delivered");
  }
}

/** A queue that can be awaited. */
export class Arrivals<T> {
  readonly #waiting: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];

  push(item: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#waiting.push(item);
  }

  next(): Promise<T> {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.shift() as T);
    return new Promise((resolve) => this.#takers.push(resolve));
  }
}

/** One end of a connection, with promises for what arrives. */
export class Peer implements ConnectionEvents {
  readonly connection: Connection;
  readonly unis: Arrivals<{ stream: RecvStream; ends: StreamEnds }> = new Arrivals();
  readonly bidis: Arrivals<{ stream: BidiStream; ends: StreamEnds }> = new Arrivals();
  readonly datagrams: Arrivals<Uint8Array> = new Arrivals();
  readonly #closed = Promise.withResolvers<CloseInfo>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  uni(priority = 0): { stream: SendStream; ends: StreamEnds } {
    const ends = new StreamEnds();
    return { stream: this.connection.openUni(priority, ends as SendEvents), ends };
  }

  bidi(priority = 0): { stream: BidiStream; ends: StreamEnds } {
    const ends = new StreamEnds();
    return { stream: this.connection.openBidi(priority, ends), ends };
  }

  onUni(stream: RecvStream): RecvEvents {
    const ends = new StreamEnds();
    this.unis.push({ stream, ends });
    return ends;
  }

  onBidi(stream: BidiStream): BidiEvents {
    const ends = new StreamEnds();
    this.bidis.push({ stream, ends });
    return ends;
  }

  onDatagram(bytes: Uint8Array): void {
    this.datagrams.push(bytes);
  }

  onClosed(info: CloseInfo): void {
    this.#closed.resolve(info);
  }
}

/** A dial that failed. */
export class DialFailure extends Error {
  readonly status: number | undefined;

  constructor(reason: string, status: number | undefined) {
    super(reason);
    this.status = status;
  }
}

/** A listener on loopback that lets everybody in, and what is needed to dial it. */
export class Stage implements AsyncDisposable {
  readonly authority: TestAuthority;
  readonly certificate: TestCertificate;
  readonly server: Engine;
  readonly client: Engine;
  readonly listener: Listener;
  readonly requests: Arrivals<ConnectionRequest> = new Arrivals();
  readonly arrived: Arrivals<Peer> = new Arrivals();
  /** What is done with a client; by default it is let in with its favourite protocol. */
  onRequest: (request: ConnectionRequest) => void = (request) => this.admit(request);

  private constructor(
    authority: TestAuthority,
    certificate: TestCertificate,
    options: Partial<ListenOptions>,
    engine: EngineOptions,
  ) {
    this.authority = authority;
    this.certificate = certificate;
    this.server = new Engine(engine);
    this.client = new Engine(engine);
    this.listener = listen({
      address: "127.0.0.1:0",
      certificates: [certificate],
      alpns: ["moq-lite-06", "moq-lite-05"],
      engine: this.server,
      onRequest: (request) => {
        this.requests.push(request);
        this.onRequest(request);
      },
      ...options,
    });
  }

  static async open(options: Partial<ListenOptions> = {}, engine: EngineOptions = {}): Promise<Stage> {
    const authority = await TestAuthority.create();
    return new Stage(authority, await authority.issue(), options, engine);
  }

  admit(request: ConnectionRequest, protocol: string = request.offers[0] ?? ""): void {
    request.accept(protocol, (connection) => {
      const peer = new Peer(connection);
      this.arrived.push(peer);
      return peer;
    });
  }

  get rawTarget(): string {
    return `localhost:${this.listener.port}`;
  }

  get webTransportTarget(): string {
    return `https://localhost:${this.listener.port}/`;
  }

  /** Dials, by default raw QUIC; rejects with a `DialFailure`. */
  dial(target: string = this.rawTarget, options: Partial<DialOptions> = {}): Promise<Peer> {
    const trust = options.certificateHashes || options.insecure ? {} : { ca: this.authority.pem };
    const all = { protocols: ["moq-lite-06"], engine: this.client, ...trust, ...options };
    return new Promise((resolve, reject) => {
      dial(target, all, {
        onConnection: (connection) => {
          const peer = new Peer(connection);
          resolve(peer);
          return peer;
        },
        onFailed: (reason, status) => reject(new DialFailure(reason, status)),
      });
    });
  }

  /** Dials and waits for the server's end. */
  async pair(target?: string, options?: Partial<DialOptions>): Promise<{ client: Peer; server: Peer }> {
    const [client, server] = await Promise.all([this.dial(target, options), this.arrived.next()]);
    return { client, server };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    this.server.close();
  }
}
