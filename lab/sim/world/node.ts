import { CacheBudget, CLOSE_CODE, type HopId } from "@moq-relay/protocol/model";
import type { ConnectionRequest } from "@moq-relay/protocol/transport";
import {
  CLUSTER_GRANTS,
  Cluster,
  carrierLimits,
  clientLimits,
  type Dial,
  type DialFailure,
  Door,
  HubCounters,
  hubOptions,
  LocalPublisher,
  MOQ_VERSIONS,
  OWN_LINK,
  ownTracks,
  PEER_GRANTS,
  protocolsOf,
  publicAccess,
  RelayCore,
  sessionLimits,
  standbyTest,
} from "moq-relay/assembly";
import { CountedMembership, MessageCount } from "./counted-membership.ts";
import { Gate } from "./gate.ts";
import { CACHE, CONFIG, type NodeSpec } from "./node-config.ts";
import { ProcessClock } from "./process-clock.ts";
import { lets, tokenPath } from "./token.ts";
import { UpstreamBook } from "./upstream-book.ts";
import type { SimWorld } from "./world.ts";

/** Signs of life and patience of links between relays, as `linkQuicOptions` has them. */
const LIVENESS = { keepAlive: CONFIG.limits.clusterIdle / 5, idleTimeout: CONFIG.limits.clusterIdle };

const LINK_PROTOCOLS = protocolsOf(["moq-lite-06", "moq-lite-05", "moq-lite-04"]);

/** One run of a relay's process: as `relay.ts` puts it together, without sockets. */
export interface NodeProcess {
  readonly clock: ProcessClock;
  readonly hop: HopId;
  readonly core: RelayCore;
  readonly cluster: Cluster;
  readonly cache: CacheBudget;
  readonly counters: HubCounters;
  readonly upstreams: UpstreamBook;
  readonly gates: Set<Gate>;
  close(): void;
}

/** A relay that can be killed, stopped, stalled and started again at its address. */
export class SimNode {
  readonly spec: NodeSpec;
  readonly messages: MessageCount = new MessageCount();
  /** Bytes that connections sent which have ended. */
  bytesBefore = 0;
  #process: NodeProcess | undefined;
  #runs = 0;
  readonly #world: SimWorld;

  constructor(world: SimWorld, spec: NodeSpec) {
    this.#world = world;
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The process that runs now. */
  get process(): NodeProcess | undefined {
    return this.#process;
  }

  get up(): boolean {
    return this.#process !== undefined;
  }

  /** How often it was started. */
  get runs(): number {
    return this.#runs;
  }

  start(): void {
    this.#runs += 1;
    const process = this.#assemble();
    this.#process = process;
    process.cluster.start();
    this.#world.say(this.name, `starts, ${process.hop.toString(16)}`);
  }

  /** kill -9: nobody is told anything. */
  crash(): void {
    this.bytesBefore = this.bytesSent;
    this.#process?.clock.die();
    this.#process = undefined;
    this.#world.network.vanish(this.name);
    this.#world.say(this.name, "is killed");
  }

  /** The process ends as it should. */
  stop(): void {
    const process = this.#process;
    if (!process) return;
    process.close();
    this.#process = undefined;
    this.#world.say(this.name, "stops");
    this.#world.after(100, () => process.clock.die());
  }

  /** Bytes sent by all its connections so far. */
  get bytesSent(): number {
    let sum = this.bytesBefore;
    for (const { connection } of this.#process?.gates ?? []) sum += connection.stats().bytesSent;
    return sum;
  }

  #assemble(): NodeProcess {
    const { time, chance, detail } = this.#world;
    const note = detail ? (what: string) => this.#world.say(this.name, what) : undefined;
    const random = chance.fork(`${this.name}#${this.#runs}`);
    const clock = new ProcessClock(time, this.spec.skew ?? 0);
    const hop = random.id();
    const counters = new HubCounters();
    const cache = new CacheBudget(CACHE);
    const { limits, cluster } = CONFIG;
    let joined: Cluster | undefined;
    const core = new RelayCore({
      clock,
      random,
      hop,
      hub: hubOptions(CONFIG, cache, counters),
      session: sessionLimits(CONFIG),
      clients: clientLimits(CONFIG),
      limits: {
        maxRoutes: limits.peerAnnounces,
        maxListeners: limits.peerSubscriptions,
        maxHops: cluster.maxHops,
        maxRelayStreams: limits.peerStreams,
        maxOwnAnnounces: limits.clientAnnounces,
        announceBurst: limits.announceBurst,
        announceRate: limits.announceRate,
        maxFlaps: limits.flaps,
      },
      linger: cluster.linger,
      believesWord: true,
      membership: (table) => {
        joined = this.#join(clock, random, hop, table);
        return new CountedMembership(joined, this.messages, note);
      },
    });
    if (!joined) throw new Error("the core made no membership");
    const member = joined;
    core.supply(
      OWN_LINK,
      new LocalPublisher(
        clock,
        ownTracks(() => member.status()),
      ),
    );
    const gates = new Set<Gate>();
    const silenceOf = (handle: number): number => {
      const connection = [...gates].find((gate) => gate.connection.handle === handle)?.connection;
      // One that is held up may be heard, but gives nothing up.
      const stalled = this.#world.nodes.get(connection?.info.remote ?? "")?.process?.clock.stalled;
      return stalled ? Number.POSITIVE_INFINITY : (connection?.stats().sinceReceived ?? Number.POSITIVE_INFINITY);
    };
    const upstreams = new UpstreamBook(core.hub, clock, silenceOf, note);
    const process = { clock, hop, core, cluster: member, cache, counters, upstreams, gates };
    const listener = this.#listen(process);
    const close = () => {
      member.close();
      listener.close();
      core.close(0, "the relay is closing");
    };
    return { ...process, close };
  }

  #join(
    clock: ProcessClock,
    random: { next(): number; id(): bigint },
    hop: HopId,
    table: ConstructorParameters<typeof Cluster>[0]["table"],
  ): Cluster {
    const { limits, cluster, backoff } = CONFIG;
    const { roots = [], peers = [], links = "demand", feeds = cluster.maxLinks } = this.spec;
    return new Cluster({
      clock,
      random,
      log: {
        debug: () => {},
        info: (message, fields) => this.#world.say(this.name, `${message} ${fieldsIn(fields)}`),
        warn: (message, fields) => this.#world.say(this.name, `WARN ${message} ${fieldsIn(fields)}`),
      },
      table,
      dial: this.#dial,
      notLetIn: failure,
      hop,
      address: this.name,
      roots,
      peers: peers.map(({ to }) => to),
      links,
      backoff,
      standby: standbyTest(CONFIG),
      linger: cluster.linger,
      caps: { links: limits.clusterLinks, maxLinks: feeds, members: limits.clusterMembers, flaps: limits.flaps },
      facts: () => ({ version: "simulated", load: 0, region: "", draining: false }),
    });
  }

  #listen(process: Omit<NodeProcess, "close">): { close(): void } {
    const door = new Door({
      core: process.core,
      access: publicAccess(CONFIG),
      versions: MOQ_VERSIONS,
      maxSessions: CONFIG.limits.sessions,
      onRefused: (status) => this.#world.say(this.name, `turns somebody away with ${status}`),
    });
    const onRequest = (request: ConnectionRequest): void => {
      if (!lets(request.info.path, this.name, process.clock.wall())) return request.reject(401);
      door.onRequest({
        info: request.info,
        offers: request.offers,
        reject: (status) => request.reject(status),
        accept: (protocol, onConnection) =>
          request.accept(protocol, (connection) => this.#gate(process, connection, onConnection(connection))),
      });
    };
    return this.#world.network.memory.listen(this.name, onRequest, { limits: carrierLimits(CONFIG) });
  }

  readonly #dial: Dial = (target, events) => {
    const process = this.#process;
    if (!process) return () => {};
    const peer = this.spec.peers?.find(({ to }) => target.kind === "peer" && to === target.address);
    const path = this.spec.tokens ? tokenPath(target.address, process.clock.wall()) : "/";
    const dialling = this.#world.network.memory.dial(
      target.address,
      { from: this.name, path, protocols: LINK_PROTOCOLS, liveness: LIVENESS, limits: carrierLimits(CONFIG) },
      {
        onConnection: (connection) => {
          const grants = target.kind === "peer" ? PEER_GRANTS : CLUSTER_GRANTS;
          const opened = process.core.open(connection, grants, peer?.cost);
          events.onSession(opened.session);
          return this.#gate(process, connection, opened.events);
        },
        onFailed: (reason) => process.clock.deliver(() => events.onFailed(failure(reason))),
      },
    );
    return () => dialling.cancel();
  };

  #gate(process: Pick<NodeProcess, "clock" | "gates">, ...[connection, events]: GateParts): Gate {
    const gate = new Gate(connection, events, process.clock, (ended, { code, reason, by }) => {
      process.gates.delete(ended);
      this.bytesBefore += ended.connection.stats().bytesSent;
      // Somebody who says nothing is closed for that.
      if (code !== CLOSE_CODE.none && code !== CLOSE_CODE.timeout) {
        const { remote } = connection.info;
        this.#world.violation("close", this.name, `the session with ${remote} ended with ${code} "${reason}" (${by})`);
      }
    });
    process.gates.add(gate);
    return gate;
  }
}

type GateParts = [ConstructorParameters<typeof Gate>[0], ConstructorParameters<typeof Gate>[1]];

function failure(detail: string): DialFailure {
  return { kind: "simulated", wrong: detail, advice: "", detail };
}

function fieldsIn(fields: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(fields ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
