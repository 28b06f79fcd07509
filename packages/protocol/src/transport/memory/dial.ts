import type {
  CarrierLimits,
  Connection,
  ConnectionEvents,
  ConnectionInfo,
  ConnectionRequest,
  DialEvents,
  Dialling,
} from "../transport.ts";
import type { MemoryCarrier } from "./carrier.ts";
import type { Clock } from "./clock.ts";
import { MemoryConnection } from "./connection.ts";
import { type Liveness, Pipe, type PipeEnd } from "./pipe.ts";
import type { Way } from "./way.ts";

/** What the client asks for when it dials. */
export interface MemoryDialOptions {
  /** The dialler's own address: decides which way its packets go. */
  readonly from?: string;
  /** Path and query, beginning with "/". */
  readonly path?: string;
  /** What the server sees as authority; the address that is dialled if not given. */
  readonly authority?: string;
  /** Protocols on offer, favourite first. */
  readonly protocols?: readonly string[];
  readonly limits?: Partial<CarrierLimits>;
  /** The certificates that the server sees, DER, leaf first. */
  readonly certificates?: readonly Uint8Array[];
  /** Where this connection shows life more often, or is given up sooner, than others of the network. */
  readonly liveness?: Partial<Liveness>;
}

/** Somebody who lets clients in. */
export interface Listening {
  readonly onRequest: (request: ConnectionRequest) => void;
  readonly limits: CarrierLimits;
  readonly certificates: readonly Uint8Array[];
}

/** What a dial needs of its network. */
export interface DialSurroundings {
  readonly clock: Clock;
  readonly carrier: MemoryCarrier;
  readonly liveness: Liveness;
  readonly maxDatagramSize: number;
  readonly dialTimeout: number;
  readonly there: Way;
  readonly back: Way;
  /** Who listens at the address when the request arrives. */
  listening(): Listening | undefined;
}

/** The status of a refusal for want of handles. */
const UNAVAILABLE = 503;

/** One dial, from the first packet to a connection at both ends or to its failure. */
export class MemoryDial implements Dialling, PipeEnd {
  readonly #net: DialSurroundings;
  readonly #address: string;
  readonly #options: MemoryDialOptions & { readonly from: string; readonly limits: CarrierLimits };
  readonly #events: DialEvents;
  readonly #there: Pipe;
  readonly #back: Pipe;
  /** The server's end, once it has let the client in. */
  #server: MemoryConnection | undefined;
  #pending = true;
  /** The request has arrived. */
  #knocked = false;

  constructor(
    net: DialSurroundings,
    address: string,
    options: MemoryDialOptions & { readonly from: string; readonly limits: CarrierLimits },
    events: DialEvents,
  ) {
    this.#net = net;
    this.#address = address;
    this.#options = options;
    this.#events = events;
    const liveness = { ...net.liveness, ...options.liveness };
    this.#there = new Pipe(net.there, net.clock, liveness);
    this.#back = new Pipe(net.back, net.clock, liveness);
    this.#back.end = this;
    this.#there.send(() => this.#knock());
    net.clock.schedule(net.dialTimeout, () => this.#fail(`no answer within ${net.dialTimeout} ms`));
  }

  cancel(): void {
    if (!this.#pending) return;
    this.#pending = false;
    this.#back.close();
    if (this.#knocked) {
      this.#there.send(() => this.#server?.arriveClose(0, ""));
      this.#there.abandon();
    } else {
      this.#there.close();
    }
  }

  onArrived(): void {}

  /** A dial has a timeout of its own. */
  onIdle(): void {}

  lose(reason: string): void {
    this.#net.clock.schedule(0, () => this.#fail(reason));
  }

  vanish(): void {
    this.cancel();
  }

  /** There is no connection yet, and the next packet of the dial reaches whoever is there. */
  disown(): void {}

  #fail(reason: string, status?: number): void {
    if (!this.#pending) return;
    this.cancel();
    if (status === undefined) this.#events.onFailed(reason);
    else this.#events.onFailed(reason, status);
  }

  /** The request has arrived. */
  #knock(): void {
    this.#knocked = true;
    const listening = this.#net.listening();
    if (listening === undefined) {
      this.#refuse(`nobody listens at ${this.#address}`);
      return;
    }
    const offers = this.#options.protocols ?? [];
    let answered = false;
    listening.onRequest({
      info: this.#serverInfo(""),
      offers,
      accept: (protocol, onConnection) => {
        if (protocol !== "" && !offers.includes(protocol)) throw new RangeError(`"${protocol}" was not offered`);
        if (!answered) this.#accept(listening, protocol, onConnection);
        answered = true;
      },
      reject: (status) => {
        if (!answered) this.#refuse(`refused with status ${status}`, status);
        answered = true;
      },
    });
  }

  #refuse(reason: string, status?: number): void {
    this.#there.close();
    this.#back.send(() => this.#fail(reason, status));
  }

  #accept(listening: Listening, protocol: string, onConnection: (connection: Connection) => ConnectionEvents): void {
    const { server, client } = this.#ends(listening, protocol);
    if (!server.stand()) {
      this.#refuse("the listener has no handles left", UNAVAILABLE);
      return;
    }
    this.#server = server;
    this.#net.clock.schedule(0, () => {
      if (!server.closed) server.events = onConnection(server);
    });
    const standsAt = this.#back.send(() => {
      if (!client.stand()) {
        this.#fail("no handles left");
        return;
      }
      this.#pending = false;
      client.events = this.#events.onConnection(client);
    });
    this.#back.opensAt(standsAt);
  }

  #ends(listening: Listening, protocol: string): { server: MemoryConnection; client: MemoryConnection } {
    const { clock, carrier, maxDatagramSize } = this.#net;
    const common = { clock, carrier, maxDatagramSize };
    const server = new MemoryConnection({
      ...common,
      info: this.#serverInfo(protocol),
      limits: listening.limits,
      peerLimits: this.#options.limits,
      in: this.#there,
      out: this.#back,
    });
    const client = new MemoryConnection({
      ...common,
      info: {
        ...this.#serverInfo(protocol),
        dialled: true,
        remote: this.#address,
        peerCertificates: listening.certificates,
      },
      limits: this.#options.limits,
      peerLimits: listening.limits,
      in: this.#back,
      out: this.#there,
    });
    server.peer = client;
    client.peer = server;
    return { server, client };
  }

  #serverInfo(protocol: string): ConnectionInfo {
    const { from, authority, path, certificates } = this.#options;
    return {
      binding: "memory",
      dialled: false,
      remote: from,
      authority: authority ?? this.#address,
      path: path ?? "/",
      protocol,
      peerCertificates: certificates ?? [],
    };
  }
}
