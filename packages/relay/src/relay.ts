import { CacheBudget, CLOSE_CODE, type HopId } from "@moq-relay/protocol/model";
import type { Binding } from "@moq-relay/protocol/transport";
import { Engine, isAvailable, type Listener, listen as listenQuic, unavailableReason } from "@moq-relay/quic";
import { createWebSocketTransport, type WebSocketTransport } from "@moq-relay/websocket";
import {
  expose,
  type HttpListener,
  internalApp,
  type ListenOptions,
  limitReading,
  listen as listenHttp,
  webApp,
} from "./admin/index.ts";
import { TOKEN_REFUSALS, type TokenRefusal } from "./auth/index.ts";
import type { Log } from "./cli/log.ts";
import type { LoadRelay, RunnableRelay, Started } from "./cli/runnable.ts";
import { withCode } from "./cli/system-error.ts";
import { relayVersion } from "./cli/version.ts";
import { Cluster, type Dial, ownTracks, StateFile } from "./cluster/index.ts";
import {
  believesWord,
  checksRelays,
  type HostPort,
  MOQ_VERSIONS,
  type MoqVersion,
  onLoopback,
  parsePeer,
  type RelayConfig,
  type SocketAddress,
} from "./config/index.ts";
import { RelayCore } from "./core.ts";
import { Credentials, peerAuthorities } from "./credentials.ts";
import { Door, protocolsOf } from "./doors/accept.ts";
import { dialFault, notLetIn } from "./doors/dial-fault.ts";
import { Dialler, isVerified } from "./doors/dialler.ts";
import { drain } from "./drain.ts";
import { clusterReadings } from "./http/cluster-readings.ts";
import { consolePage } from "./http/console-page.ts";
import { flapReadings } from "./http/flap-readings.ts";
import { RelayInside } from "./http/inside-view.ts";
import { PublicView } from "./http/public-view.ts";
import { relayReadings } from "./http/readings.ts";
import { HubCounters, LocalPublisher } from "./hub/index.ts";
import { collectGarbage, MemoryGovernor, memoryReadings, systemMemory } from "./memory/index.ts";
import {
  carrierLimits,
  clientLimits,
  dialTrust,
  headroomShare,
  hubOptions,
  limitsInForce,
  linkQuicOptions,
  loadReadings,
  pairs,
  publicAccess,
  quicOptions,
  quicReadings,
  resetOptions,
  sessionLimits,
  standbyTest,
} from "./parts.ts";
import { ClientLog } from "./peers/client-log.ts";
import { type Credential, dialledCredential } from "./peers/credential.ts";
import { CLUSTER_GRANTS, PEER_GRANTS } from "./peers/grants.ts";
import { OWN_LINK, type RouteTable } from "./routing/index.ts";
import { eventLoopLoad, systemClock, systemRandom } from "./system.ts";
import { type Certificates, openCertificates } from "./tls/index.ts";

/** Milliseconds that HTTP answers under way may take when the relay closes. */
const HTTP_GRACE = 1_000;

/** Milliseconds that QUIC has before WebSocket is tried beside it, when this relay dials another. */
const QUIC_HEAD_START = 500;

/** The same where QUIC has led before: there UDP is not blocked, and who says nothing for a moment is to come back by it. */
const QUIC_RETURN = 5_000;

/** Milliseconds between two looks at the memory in use. */
const MEMORY_EVERY = 250;

/** Bytes waiting for a session from which on ending it helps. */
const WORTH_SHEDDING = 256 << 10;

/** Lines a second about clients, and names of broadcasts for each client and direction. */
const CLIENT_LOG = { maxLines: 10, maxNames: 64 } as const;

/** Links between relays never fall below 04: older ones have no hop lists. */
const LINK_VERSIONS: readonly MoqVersion[] = ["moq-lite-06", "moq-lite-05", "moq-lite-04"];

/**
 * A relay in one object: sessions, routes and groups in `core`, and the doors through which clients and other relays come.
 * `start` opens all of them or none; `close` ends everything. An embedding program needs nothing else.
 */
export class Relay implements RunnableRelay {
  readonly config: RelayConfig;
  readonly hop: HopId = systemRandom.id();
  readonly counters: HubCounters = new HubCounters();
  readonly cache: CacheBudget;
  readonly core: RelayCore;
  readonly #log: Log;
  readonly #door: Door;
  readonly #websocket: WebSocketTransport;
  readonly #engine: Engine | undefined;
  readonly #cluster: Cluster | undefined;
  #state: StateFile | undefined;
  readonly #governor: MemoryGovernor;
  readonly #versions: { readonly served: readonly MoqVersion[]; readonly dialled: readonly MoqVersion[] };
  #dialler: Dialler | undefined;
  #certificates: Certificates | undefined;
  #quic: Listener | undefined;
  readonly #http: HttpListener[] = [];
  /** Only in development mode: a page that publishes is not for everybody who finds a relay. */
  readonly #page: string | undefined;
  readonly #credentials: Credentials;
  readonly #tokensRefused = new Map<string, number>(TOKEN_REFUSALS.map((reason) => [reason, 0]));
  #refusedAtDoor = 0;
  #drained: Promise<void> | undefined;
  #endDrain: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(config: RelayConfig, log: Log) {
    this.config = config;
    this.#log = log;
    this.#page = config.development ? consolePage() : undefined;
    this.cache = new CacheBudget(config.cache.capacity);
    this.#governor = this.#govern();
    const { listen, connect } = config;
    this.#versions = {
      served: listen.version.length > 0 ? listen.version : MOQ_VERSIONS,
      dialled: connect.version.length > 0 ? connect.version : LINK_VERSIONS,
    };
    this.#credentials = new Credentials(config);
    const carrier = carrierLimits(config);
    this.#engine = isAvailable() ? new Engine({ limits: carrier }) : undefined;
    this.#websocket = createWebSocketTransport({
      limits: carrier,
      maxConnections: config.limits.sessions,
      handshakeTimeout: config.listen.timeout,
    });
    this.core = new RelayCore({
      clock: systemClock,
      random: systemRandom,
      hop: this.hop,
      hub: hubOptions(config, this.cache, this.counters),
      session: sessionLimits(config),
      clients: clientLimits(config),
      versions: this.#versions,
      limits: {
        maxRelayStreams: config.limits.peerStreams,
        maxRoutes: config.limits.peerAnnounces,
        maxListeners: config.limits.peerSubscriptions,
        maxHops: config.cluster.maxHops,
        maxOwnAnnounces: config.limits.clientAnnounces,
        announceBurst: config.limits.announceBurst,
        announceRate: config.limits.announceRate,
        maxFlaps: config.limits.flaps,
      },
      linger: config.cluster.linger,
      observer: new ClientLog({
        clock: systemClock,
        say: (message, fields) => log.info(message, fields),
        ...CLIENT_LOG,
      }),
      believesWord: believesWord(config),
      membership: (table) => this.#join(table),
    });
    this.#cluster = this.core.membership as Cluster | undefined;
    this.core.supply(
      OWN_LINK,
      new LocalPublisher(
        systemClock,
        ownTracks(() => this.#cluster?.status()),
      ),
    );
    this.#door = new Door({
      core: this.core,
      access: publicAccess(config),
      verifier: this.#credentials.verifier,
      maxChecks: config.limits.tokenChecks,
      onTokenRefused: (refusal, remote) => this.#onTokenRefused(refusal, remote),
      versions: this.#versions.served,
      maxSessions: config.limits.sessions,
      hasRoom: () => this.#governor.open && !this.#leaving,
      onRefused: () => {
        this.#refusedAtDoor += 1;
      },
    });
  }

  get #leaving(): boolean {
    return (this.#drained ?? this.#closing) !== undefined;
  }

  #onTokenRefused({ reason, message }: TokenRefusal, remote: string): void {
    this.#tokensRefused.set(reason, (this.#tokensRefused.get(reason) ?? 0) + 1);
    this.#log.debug("token refused", { reason, why: message, remote });
  }

  /** Keeps the process inside its memory. */
  #govern(): MemoryGovernor {
    const { limits } = this.config;
    return new MemoryGovernor({
      clock: systemClock,
      budget: this.cache,
      headroom: headroomShare(this.config),
      every: MEMORY_EVERY,
      read: () => systemMemory(limits.memory),
      collect: collectGarbage,
      shed: () => this.core.endSlowest(WORTH_SHEDDING, CLOSE_CODE.internal, "too slow while memory is short"),
      onLevel: (level, { used, limit }) => {
        const fields = { level, usedMiB: Math.round(used / 2 ** 20), limitMiB: Math.round(limit / 2 ** 20) };
        if (level === "calm") this.#log.info("memory is no longer short", fields);
        else this.#log.warn("memory is short", fields);
      },
    });
  }

  /** Rejects with `ConfigurationError`, or with an error whose `code` is the system's, such as `EADDRINUSE`. */
  async start(): Promise<Started> {
    try {
      const started = await this.#open();
      this.#dialler = await this.#makeDialler();
      this.#cluster?.start();
      return started;
    } catch (error) {
      await this.close();
      throw withCode(error);
    }
  }

  async drain(): Promise<void> {
    if (this.#closing || this.#drained) return this.#drained ?? this.#closing;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = promise;
    const stop = drain(
      {
        clock: systemClock,
        random: systemRandom,
        window: this.config.drainTimeout,
        warn: () => this.core.goaway(),
        sessions: () => this.core.leaving(CLOSE_CODE.none, "the relay is going away"),
        reading: () => this.core.hub.readers,
      },
      () => resolve(this.close()),
    );
    this.#endDrain = () => {
      stop();
      resolve();
    };
    return promise;
  }

  close(): Promise<void> {
    this.#endDrain?.();
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #open(): Promise<Started> {
    const { listen, web, internal, limits } = this.config;
    this.#certificates = await openCertificates(listen.tls, { log: this.#log });
    await this.#credentials.open(this.#log);
    const clientCa = await peerAuthorities(listen.tls.root);
    if (this.#engine) {
      const quic = listenQuic({
        engine: this.#engine,
        address: listen.bind.text,
        certificates: pairs(this.#certificates),
        alpns: this.#door.alpns,
        ...(clientCa === undefined ? {} : { clientCa }),
        ...resetOptions(this.#certificates, this.config),
        quic: quicOptions(this.config),
        maxConnections: limits.sessions,
        maxHandshakes: limits.handshakes,
        handshakesBeforeRetry: limits.unprovenHandshakes,
        handshakeTimeout: listen.timeout,
        onRequest: this.#door.onRequest,
      });
      this.#quic = quic;
      this.#certificates.onChange(() => quic.setCertificates(pairs(this.#certificates!)));
    }
    const view = new PublicView({
      core: this.core,
      access: publicAccess(this.config),
      maxFetchQueue: limits.subscriptionBuffer,
      maxFetchBytes: limits.httpFetchBuffer,
      readings: [
        ...relayReadings(this.core, this.counters, this.cache),
        ...memoryReadings(this.#governor),
        ...clusterReadings(this.#cluster),
        ...flapReadings(this.core, this.#cluster),
        ...quicReadings(() => this.#quic?.stats()),
        ...loadReadings(() => this.#engine?.load),
        limitReading(limitsInForce(this.config)),
        {
          name: "moq_streams",
          type: "gauge",
          help: "QUIC streams that are open, by direction.",
          label: "direction",
          read: () => {
            const { sends = 0, recvs = 0 } = this.#engine?.census ?? {};
            return new Map([
              ["sending", sends],
              ["receiving", recvs],
            ]);
          },
        },
        {
          name: "moq_refused_at_door_total",
          type: "counter",
          help: "Clients turned away before they had a session.",
          read: () => this.#refusedAtDoor,
        },
        {
          name: "moq_tokens_refused_total",
          type: "counter",
          help: "Tokens that were not taken, by reason.",
          label: "reason",
          read: () => this.#tokensRefused,
        },
      ],
      fingerprint: () => (this.#quic ? this.#certificates?.current()[0]?.sha256 : undefined),
      unready: () => (this.#leaving ? "draining" : this.#governor.open ? undefined : "memory is short"),
    });
    const http = await this.#openWeb(web.http.listen, view);
    const inside = await this.#openInternal(internal.listen, view);
    return {
      quic: this.#quic ? { ...listen.bind, port: this.#quic.port, text: this.#quic.address } : undefined,
      http: http?.address,
      internal: inside?.address,
      certificates: this.#certificates.current(),
      page: http !== undefined && this.#page !== undefined,
      ...(this.#engine ? {} : { withoutQuic: unavailableReason() ?? "there is no QUIC here" }),
    };
  }

  async #openWeb(address: SocketAddress | undefined, view: PublicView): Promise<HttpListener | undefined> {
    if (!address) return undefined;
    const { limits, web } = this.config;
    const app = webApp(view, limits, this.#page);
    const listener = await listenBeside(this.#quic?.port, {
      address,
      fetch: app.fetch as never,
      limits,
      ...(web.ws
        ? { onUpgrade: (request, socket, head) => this.#websocket.upgrade(request, socket, head, this.#door.onRequest) }
        : {}),
    });
    this.#http.push(listener);
    return listener;
  }

  async #openInternal(address: SocketAddress | undefined, view: PublicView): Promise<HttpListener | undefined> {
    if (!address) return undefined;
    const { limits } = this.config;
    const inside = new RelayInside(this.core, this.#cluster, limits.httpAnnounced);
    const app = internalApp(await expose(view.readings), view, inside);
    const listener = await listenHttp({ address, fetch: app.fetch as never, limits });
    this.#http.push(listener);
    return listener;
  }

  /** Without credentials there is a cluster only where the network does not reach: on loopback. */
  #join(table: RouteTable): Cluster | undefined {
    const { cluster, backoff, limits } = this.config;
    const dials = cluster.root.length + cluster.connect.length > 0;
    if (!onLoopback(this.config) && !checksRelays(this.config) && !dials) return undefined;
    const log = this.#log.child({ part: "cluster" });
    if (cluster.state !== undefined) this.#state = new StateFile(cluster.state, log);
    return new Cluster({
      clock: systemClock,
      random: systemRandom,
      log,
      table,
      dial: this.#dial,
      notLetIn,
      hop: this.hop,
      address: cluster.node?.text ?? "",
      roots: cluster.root.map(({ text }) => text),
      peers: cluster.connect.map(({ url }) => url),
      links: cluster.links,
      standby: standbyTest(this.config),
      backoff,
      linger: cluster.linger,
      store: this.#state,
      caps: {
        links: limits.clusterLinks,
        maxLinks: cluster.maxLinks,
        members: limits.clusterMembers,
        flaps: limits.flaps,
      },
      facts: () => ({
        version: relayVersion(),
        load: eventLoopLoad(),
        region: "",
        draining: this.#leaving,
      }),
    });
  }

  readonly #dial: Dial = (target, events, before) => {
    const peer =
      target.kind === "peer" ? this.config.cluster.connect.find(({ url }) => url === target.address) : undefined;
    const where = peer ?? { ...parsePeer(target.address), scheme: "moqt" as const };
    const grants = peer ? PEER_GRANTS : CLUSTER_GRANTS;
    const { token } = where;
    const headStart = before === undefined || before === "websocket" ? QUIC_HEAD_START : QUIC_RETURN;
    const terms = peer
      ? { headStart, token: token === undefined ? undefined : async () => token }
      : { headStart, token: this.#credentials.tokenFor(where.text), verified: !believesWord(this.config) };
    const dialling = this.#dialler?.dial(
      where,
      {
        onConnection: (connection) => {
          const credential = peer ? undefined : this.#dialled(where, connection.info.binding);
          const opened = this.core.open(connection, grants, peer?.cost, { credential });
          events.onSession(opened.session);
          return opened.events;
        },
        onFailed: (reason, status) => events.onFailed(dialFault(reason, status)),
      },
      terms,
    );
    return () => dialling?.cancel();
  };

  /** What a root or node shows that was dialled; on loopback without credentials everybody's word is enough. */
  #dialled({ host }: HostPort, binding: Binding): Credential | undefined {
    if (believesWord(this.config)) return undefined;
    const secure = binding !== "websocket";
    return isVerified({ host }, secure, this.config.connect.tls) ? dialledCredential(host) : undefined;
  }

  async #makeDialler(): Promise<Dialler> {
    const { connect } = this.config;
    return new Dialler({
      clock: systemClock,
      engine: this.#engine,
      websocket: this.#websocket,
      trust: await dialTrust(connect.tls),
      protocols: protocolsOf(this.#versions.dialled),
      quic: linkQuicOptions(this.config),
      timeout: connect.timeout,
      headStart: QUIC_HEAD_START,
    });
  }

  async #end(): Promise<void> {
    this.#cluster?.close();
    // First: the listener takes no more certificates once it is closed.
    this.#certificates?.close();
    this.#credentials.close();
    this.#quic?.close();
    this.core.close(CLOSE_CODE.none, "the relay is closing");
    this.#websocket.close(CLOSE_CODE.none, "the relay is closing");
    await Promise.all(this.#http.map((listener) => listener.close(HTTP_GRACE)));
    this.#engine?.close();
    this.#governor.close();
    await this.#state?.written();
  }
}

/**
 * Listens for HTTP on the port of QUIC where the system is to choose one, because that is where browsers that know the one
 * look for the other; on any port where that is taken.
 */
async function listenBeside(port: number | undefined, options: ListenOptions): Promise<HttpListener> {
  const { address } = options;
  if (port === undefined || address.port !== 0) return listenHttp(options);
  try {
    return await listenHttp({ ...options, address: { ...address, port } });
  } catch {
    return listenHttp(options);
  }
}

/** Makes a relay of a configuration; nothing is opened yet. */
export const loadRelay: LoadRelay = (config, { log }) => new Relay(config, log);
