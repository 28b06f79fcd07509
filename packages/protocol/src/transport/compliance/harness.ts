import type { CarrierLimits, ConnectionRequest, DialEvents, Dialling } from "../transport.ts";

/** What a binding can do. A case that needs more is skipped, with one line that names what is missing. */
export interface Capabilities {
  /** Carries datagrams. */
  readonly datagrams: boolean;
  /** Has `Carrier.sendDatagrams`. */
  readonly vectoredDatagrams?: boolean;
  /** Requests are HTTP: path, authority and the status of a refusal cross over. False on raw QUIC. */
  readonly http: boolean;
  /** The server sees the whole list of offered protocols, and the client's order stands. False where TLS chooses. */
  readonly offersList: boolean;
  /**
   * `Endpoints.throttle` works. The value is how many bytes may be beyond recall at that time: taken up by the binding,
   * the kernel or the link, so that no later stream can overtake them.
   */
  readonly throttle?: { readonly committed: number };
  /**
   * True where nobody is granted anything, neither bytes nor streams, so that a paused stream holds back its whole
   * connection. Cases about the windows and limits of streams are skipped.
   */
  readonly unlimited?: boolean;
  /** `Endpoints.garbage` works. */
  readonly garbage?: boolean;
  /** `Endpoints.silence` works. */
  readonly silence?: boolean;
  /** `Endpoints.worker` works. */
  readonly worker?: boolean;
}

/** What `Harness.open` is asked for. */
export interface OpenOptions {
  /** For both sides. */
  readonly limits: CarrierLimits;
  /** Hears of every client at the door. */
  readonly onRequest: (request: ConnectionRequest) => void;
}

/** What the client asks for when it dials. */
export interface DialOptions {
  /** Path and query, beginning with "/". Bindings without a URL pass over it. */
  readonly path: string;
  /** The protocols offered, favourite first; each is one that `Harness.protocols` names. */
  readonly protocols: readonly string[];
}

/** Something that can be ended from outside without a word, such as a worker thread. */
export interface Terminable {
  terminate(): Promise<unknown>;
}

/** A listener on loopback (or in memory) and the means to dial it. */
export interface Endpoints {
  /** What the server should see as `ConnectionInfo.authority`; "" when the binding does not tell. */
  readonly authority: string;
  dial(options: DialOptions, events: DialEvents): Dialling;
  /** Ends the listener, its connections and everything that was started for it. */
  close(): Promise<void>;
  /**
   * From now on the way from client to server carries about this many bytes per second; `undefined` lifts it. Applies to
   * connections that stand already.
   */
  throttle?(bytesPerSecond: number | undefined): void;
  /**
   * Sends nonsense to the listener in whatever forms the binding knows (random packets, broken handshakes, a broken
   * frame after a good handshake) from sockets of its own, and resolves when all of it is sent and they are closed.
   */
  garbage?(): Promise<void>;
  /** Makes the clients vanish: their packets no longer reach the server, nor its packets them, and no one is told. */
  silence?(): void;
  /**
   * Starts a worker thread that dials the listener with "/worker" and the first of `Harness.protocols`, opens a one-way
   * stream, writes at least one byte, does not finish it, and stays. Resolves when the thread runs.
   */
  worker?(): Promise<Terminable>;
}

/** How the suite reaches one implementation; see `index.ts`. */
export interface Harness {
  readonly capabilities: Capabilities;
  /** Two protocol names at least that the binding can agree on. */
  readonly protocols: readonly [string, string, ...string[]];
  /** A fresh listener and dialler, with fresh carriers where limits belong to the carrier. */
  open(options: OpenOptions): Promise<Endpoints>;
}
