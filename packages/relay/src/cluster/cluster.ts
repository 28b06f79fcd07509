/**
 * The assembly of a node's part in the cluster. What its owner (the relay) does with it:
 *
 *   new Cluster(options)            the options are in options.ts: clock, chance, log, route table, a function that dials, own
 *                                   identity and address, the root list, peers, times and caps. Nothing happens yet.
 *   start() / close()               announces this node and begins to dial / stops dialling and forgets all. Sessions are the
 *                                   owner's to close.
 *   hello()                         what to say of this node in the Setup of every session.
 *   memberOpened(session, believed) a session is ready whose peer said hello, and the connection can be trusted. By whom it
 *                                   was dialled does not matter; for a dial of ours `onSession` came before. `believed`: the
 *                                   address that it may have said, "" for none; default: whatever it said.
 *   sessionClosed(session, lost,    any session that was dialled here or was a member's has ended. `lost`: without a goodbye.
 *     why)                          `why` is for people.
 *                                   The routes of members are seen to here, those of clients by the owner.
 *   onListen(session, prefix,       the peer wants announcements. `prefix` is absolute; suffixes are relative to it. `member`:
 *     member, view, announcer)      the session was given to `memberOpened`. `view`: the most that the peer may see.
 *   ask(path, asker, done)          looks for a broadcast that no route leads to. `done(found)` comes once, perhaps at once.
 *   list(prefix, done)              brings all that there is below a prefix into the table, then calls `done(complete)`.
 *   flow(path, route)               a broadcast is carried over this route from now on; undefined: no more.
 *   ownBroadcasts                   the names under which this node announces itself; their `status` track carries `status()`.
 *
 * What clients announce the owner puts into the table (scope "local"), and nothing of theirs below `.internal`.
 */
import { CLOSE_CODE, type HopId, type Path, type Timer } from "@moq-relay/protocol/model";
import type { Announcer, Cancel, NodeHello, Session } from "@moq-relay/protocol/session";
import { type LinkId, OWN_LINK, type Route, type View } from "../routing/index.ts";
import { patientAnswer } from "./answer.ts";
import { ClusterCounters } from "./counters.ts";
import { Demand } from "./demand.ts";
import { DirectQuestions } from "./direct.ts";
import type { Directory } from "./directory.ts";
import { isDisbelief } from "./disbelief.ts";
import { entryOf } from "./entry.ts";
import { exportView, type ListenerKind } from "./export.ts";
import { Learner } from "./learner.ts";
import { LinkBatch } from "./link-batch.ts";
import { type LinkKind, Links, MemberLink } from "./links.ts";
import { listing } from "./listing.ts";
import { LIVENESS_TIMES, Liveness, type Pace } from "./liveness.ts";
import { Members } from "./members.ts";
import { isCredible, isInternal, ownNames } from "./names.ts";
import { type ClusterOptions, type ClusterTimes, DEFAULT_CAPS, DEFAULT_TIMES } from "./options.ts";
import { Outreach } from "./outreach.ts";
import { OwnDirectory } from "./own-directory.ts";
import { isPlanned, type Plan, plan } from "./plan.ts";
import { RootDirectory } from "./root-directory.ts";
import { ScopedClock } from "./scoped-clock.ts";
import { type NodeStatus, nodeStatus } from "./status.ts";

/** A broadcast that is carried here. */
interface Flow {
  /** The way that it comes by. */
  route: Route;
  readonly timer: Timer;
  /** No longer asks the directory for it; undefined until it has settled. */
  release: Cancel | undefined;
  /** Where it entered the cluster, if that is another node. */
  entry: HopId | undefined;
}

/** What a cluster holds, for metrics and for tests that nothing is left. */
export interface ClusterSizes {
  readonly links: number;
  /** Paths asked for by subscriptions, or carried. */
  readonly asked: number;
  /** Prefixes and paths that stand open at the root. */
  readonly interests: number;
  readonly flows: number;
  /** Paths asked of nodes directly. */
  readonly direct: number;
  readonly timers: number;
}

export class Cluster {
  readonly counters: ClusterCounters = new ClusterCounters();
  /** Whether this node is a root. */
  readonly root: boolean;
  readonly ownBroadcasts: readonly Path[];
  readonly #options: ClusterOptions;
  readonly #clock: ScopedClock;
  readonly #times: ClusterTimes;
  readonly #links = new Links();
  readonly #outreach: Outreach;
  readonly #directory: Directory;
  readonly #roots: RootDirectory | undefined;
  readonly #demand: Demand;
  readonly #members: Members;
  readonly #flows = new Map<Path, Flow>();
  /** How many flows come by each link. */
  readonly #carrying = new Map<LinkId, number>();
  readonly #direct: DirectQuestions;
  readonly #startedAt: number;
  readonly #incarnation: number;
  readonly #liveness: Liveness;
  /** Sessions that were given up because nothing came any more. */
  readonly #dead = new WeakSet<Session>();
  #planning: Timer | undefined;
  #idling: Timer | undefined;
  #unfollow: Cancel | undefined;
  #running = false;
  #plannedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ClusterOptions) {
    const { roots, address, hop, table } = options;
    const caps = { ...DEFAULT_CAPS, ...options.caps };
    const clock = new ScopedClock(options.clock);
    this.#options = options;
    this.#clock = clock;
    this.#times = { ...DEFAULT_TIMES, ...options.times };
    this.#startedAt = clock.now();
    this.#incarnation = clock.wall();
    this.#direct = new DirectQuestions(this.#links, clock);
    this.root = roots.length === 0 || roots.includes(address);
    this.ownBroadcasts = ownNames(hop, address);
    if (!this.root) {
      const key = address || hop.toString(16);
      const { counters } = this;
      const { doubt, patience } = this.#times;
      this.#roots = new RootDirectory({ table, clock, counters, key, doubt, patience, maxPrefixes: caps.prefixes });
    }
    this.#directory = this.#roots ?? new OwnDirectory(clock, this.#settledAt);
    this.#demand = new Demand({
      clock,
      table,
      directory: this.#directory,
      counters: this.counters,
      answer: this.#times.answer,
      interest: this.#times.interest,
      maxPaths: caps.asks,
      maxIdle: caps.idleAsks,
    });
    this.#members = new Members({
      table,
      directory: this.#directory,
      demand: this.#demand,
      maxMembers: caps.members,
      onChange: () => this.#replan(),
    });
    this.#outreach = new Outreach({
      ...options,
      clock,
      counters: this.counters,
      steady: this.#times.steady,
      members: () => this.#links.size,
    });
    this.#liveness = new Liveness(
      clock,
      { ...LIVENESS_TIMES, ...options.times },
      {
        onSuspect: (link, suspect, why) => this.#suspect(link, suspect, why),
        onDead: (link) => this.#giveUp(link),
      },
    );
  }

  start(): void {
    this.#running = true;
    const offer = { hops: [], warm: 0, cold: 0, incarnation: this.#incarnation };
    for (const path of this.ownBroadcasts) {
      this.#options.table.offer({ path, offer, link: OWN_LINK, scope: "local" }, this.#incarnation);
    }
    if (this.#options.links === "mesh") this.#unfollow = this.#members.follow();
    this.#replan();
  }

  close(): void {
    this.#running = false;
    this.#unfollow?.();
    this.#outreach.close();
    for (const path of [...this.#flows.keys()]) this.flow(path, undefined);
    this.#liveness.close();
    this.#members.find(new Set());
    this.#options.table.linkLost(OWN_LINK, { keepStale: false });
    this.#clock.close();
  }

  hello(): NodeHello {
    const settling = this.root ? Math.max(0, this.#settledAt - this.#clock.now()) : 0;
    return { address: this.#options.address, root: this.root, settling };
  }

  /** What the `status` track of this node says now. */
  status(): NodeStatus {
    const { hop, address, facts } = this.#options;
    return nodeStatus({ hop, address, root: this.root, incarnation: this.#incarnation }, facts(), this.#links);
  }

  /** How much there is of everything now. */
  sizes(): ClusterSizes {
    return {
      links: this.#links.size,
      asked: this.#demand.size,
      interests: this.#roots?.size ?? 0,
      flows: this.#flows.size,
      direct: this.#direct.size,
      timers: this.#clock.pending,
    };
  }

  memberOpened(session: Session, believed: string = session.peerNode?.address ?? ""): void {
    const link = this.#link(session, believed);
    this.#links.add(link);
    this.counters.linksOpened += 1;
    this.#options.log.info("link up", { kind: link.kind, address: link.address, dialled: link.dialled });
    this.#outreach.reached(link.address);
    if (link.kind === "foreign" || this.root) link.learner.listen("");
    else if (link.kind === "root") this.#roots?.rootOpened(link);
    this.#watchLinks();
    this.#replan();
  }

  sessionClosed(session: Session, lost: boolean, why = ""): void {
    const link = this.#links.remove(session.id);
    // The other end may have carried out its plan before it was a link here.
    const refused = isDisbelief(why) || (link === undefined && !isPlanned(why));
    const ours = this.#outreach.sessionClosed(session, refused ? why : undefined);
    if (link) this.#linkClosed(link, lost || this.#dead.has(session));
    if (ours || link) this.#replan();
  }

  onListen(session: Session, prefix: Path, member: boolean, view: View, announcer: Announcer): Cancel {
    const link = member ? this.#links.get(session.id) : undefined;
    const dialled = session.connection.info.dialled;
    const kind: ListenerKind = link?.kind ?? (dialled ? "peer" : "client");
    const inside = link !== undefined && link.kind !== "foreign";
    // Members ask roots for what they want; for everybody else this node asks.
    const release = inside ? undefined : this.#directory.listen(prefix);
    const batched = inside ? link.batch.before(announcer) : undefined;
    const told = batched ?? announcer;
    const patient = this.root && inside ? patientAnswer(told, this.#clock, this.#settledAt) : undefined;
    const seen = exportView(this, kind, dialled, view);
    const unlisten = this.#options.table.listen(prefix, seen, patient?.sink ?? told);
    if (!unlisten) {
      patient?.stop();
      announcer.begin([]);
    }
    link?.begin();
    return () => {
      patient?.stop();
      batched?.stop();
      unlisten?.();
      release?.();
      link?.end(this.#clock.now());
      if (link?.idleSince !== undefined) this.#replan();
    };
  }

  ask(path: Path, asker: HopId, done: (found: boolean) => void): Cancel {
    return this.#demand.ask(path, asker, (answer) => done(answer === "found"));
  }

  list(prefix: Path, done: (complete: boolean) => void): Cancel {
    return listing(
      { clock: this.#clock, directory: this.#directory, demand: this.#demand, wait: this.#times.listing },
      prefix,
      done,
    );
  }

  flow(path: Path, route: Route | undefined): void {
    const known = this.#flows.get(path);
    this.#carry(known?.route.link, route?.link);
    if (!route) {
      this.#flows.delete(path);
      known?.timer.cancel();
      known?.release?.();
      if (known?.entry !== undefined) this.#replan();
      return;
    }
    const flow = known ?? this.#newFlow(path, route);
    flow.route = route;
    if (flow.release) this.#follow(path, flow);
  }

  /** A flow has moved from one link to another: the links that something comes by are watched. */
  #carry(before: LinkId | undefined, after: LinkId | undefined): void {
    if (before === after) return;
    const uses = (link: LinkId, change: number): boolean => {
      const count = (this.#carrying.get(link) ?? 0) + change;
      if (count === 0) this.#carrying.delete(link);
      else this.#carrying.set(link, count);
      return count === 0 || count === change;
    };
    const ended = before !== undefined && uses(before, -1);
    const begun = after !== undefined && uses(after, 1);
    if (ended || begun) this.#watchLinks();
  }

  #watchLinks(): void {
    const watched = new Map<MemberLink, Pace>();
    for (const link of this.#links) if (link.kind === "root") watched.set(link, "waiting");
    for (const id of this.#carrying.keys()) {
      const link = this.#links.get(id);
      if (link) watched.set(link, "carrying");
    }
    this.#liveness.watch(watched);
  }

  #suspect(link: MemberLink, suspect: boolean, why: string): void {
    const { table, log } = this.#options;
    const { address, kind } = link;
    if (suspect) this.counters.linksSuspected += 1;
    log.info(suspect ? "link silent" : "link heard again", { kind, address, why });
    table.suspect(link.id, suspect);
    if (link.kind === "root") this.#roots?.suspect(link.id, suspect);
  }

  #giveUp(link: MemberLink): void {
    this.counters.linksDead += 1;
    this.#dead.add(link.session);
    link.session.close(CLOSE_CODE.timeout, "nothing was heard for too long");
  }

  #newFlow(path: Path, route: Route): Flow {
    const timer = this.#clock.after(FLOW_SETTLES, () => {
      flow.release = this.#demand.hold(path);
      this.#follow(path, flow);
    });
    const flow: Flow = { route, timer, release: undefined, entry: undefined };
    this.#flows.set(path, flow);
    return flow;
  }

  /** The node where the broadcast enters the cluster is worth a link. */
  #follow(path: Path, flow: Flow): void {
    const entry = isInternal(path) ? undefined : entryOf(flow.route, this.#links.get(flow.route.link));
    if (entry === flow.entry) return;
    flow.entry = entry;
    this.#replan();
  }

  get #settledAt(): number {
    return this.#startedAt + this.#times.settle;
  }

  #link(session: Session, believed: string): MemberLink {
    const { table, roots } = this.#options;
    const hello = session.peerNode;
    const target = this.#outreach.targetOf(session);
    // Whom we dialled by the root list is a root, whatever it calls itself: the list is what all nodes agree on.
    const address = target && target.kind !== "peer" ? target.address : believed;
    const kind = kindOf(roots.includes(address), target?.kind === "peer" || hello?.root === true);
    const neighbour = { address: believed, repeats: kind !== "node" };
    const learner = new Learner(session, {
      table,
      clock: this.#clock,
      counters: this.counters,
      scope: kind === "foreign" ? "local" : kind === "root" || this.root ? "member" : "direct",
      admits: (path, offer) => !isInternal(path) || isCredible(path, offer, neighbour),
    });
    return new MemberLink(session, {
      address,
      kind,
      learner,
      batch: new LinkBatch(this.#clock, { window: this.#times.batch, ...BATCH }),
      openedAt: this.#clock.now(),
      settling: hello?.settling ?? 0,
    });
  }

  #linkClosed(link: MemberLink, lost: boolean): void {
    const { table, linger, log } = this.#options;
    log.info("link down", { kind: link.kind, address: link.address, lost });
    if (lost) this.counters.linksLost += 1;
    link.learner.closed();
    link.batch.close();
    this.#watchLinks();
    this.#direct.lost(link);
    if (this.#roots && link.kind === "root") {
      // However it went: the broadcasts are where they were, another root knows them.
      table.linkLost(link.id, { keepStale: true });
      this.#roots.rootClosed(link);
      this.#watchLinks();
      return;
    }
    const told = this.root || link.kind === "foreign";
    const keepStale = told && (lost || this.#links.to(link.hop).length > 0);
    table.linkLost(link.id, { keepStale });
    if (keepStale) this.#clock.after(linger, () => table.dropStale(link.id));
  }

  /** Makes a plan and carries it out: at once, but in a rush only every now and then. */
  #replan(): void {
    if (!this.#running || this.#planning) return;
    const wait = Math.max(0, this.#plannedAt + PLAN_INTERVAL - this.#clock.now());
    this.#planning = this.#clock.after(wait, () => {
      this.#planning = undefined;
      this.#plannedAt = this.#clock.now();
      this.#carryOut(this.#plan());
    });
  }

  #plan(): Plan {
    const { hop, address, links: mode } = this.#options;
    const demands = [...this.#flows].flatMap(([path, { entry }]) => (entry === undefined ? [] : [{ path, entry }]));
    return plan({
      own: { hop, address, root: this.root },
      mode,
      fixed: this.#outreach.fixed,
      links: [...this.#links],
      members: this.#members.addresses,
      demands,
      maxDials: this.#options.caps?.links ?? DEFAULT_CAPS.links,
      idleBefore: this.#clock.now() - this.#times.idle,
    });
  }

  #carryOut(next: Plan): void {
    this.counters.linksOverCap += next.overCap;
    this.#direct.ask(next.listen);
    this.#members.find(this.#wantedMembers());
    this.#outreach.reach(next.dial);
    for (const { link, reason } of next.close) {
      if (reason === "duplicate") this.counters.linksDuplicate += 1;
      if (reason === "idle") this.counters.linksIdle += 1;
      if (reason === "self") this.#options.log.warn("this node dials itself: check cluster.node and cluster.root");
      this.#links.get(link)?.session.close(0, reason);
    }
    this.#watchIdle();
  }

  /** Members stay looked up until they are linked: their address may change. */
  #wantedMembers(): Set<HopId> {
    if (this.#options.links === "root") return new Set();
    const linked = new Set([...this.#links].map(({ hop }) => hop));
    const entries = [...this.#flows.values()].flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    return new Set(entries.filter((hop) => !linked.has(hop)));
  }

  /** Plans again when the next link has been idle for long enough. */
  #watchIdle(): void {
    this.#idling?.cancel();
    this.#idling = undefined;
    if (this.root || this.#options.links === "mesh") return;
    const times = [...this.#links].flatMap(({ kind, idleSince }) =>
      kind === "node" && idleSince !== undefined ? [idleSince] : [],
    );
    if (times.length === 0) return;
    const wait = Math.min(...times) + this.#times.idle - this.#clock.now();
    this.#idling = this.#clock.after(Math.max(1, wait), () => this.#replan());
  }
}

/**
 * Milliseconds that a broadcast is carried before the cluster arranges itself for it: the first frame does not wait for that,
 * and a reader that leaves at once costs nobody a question or a link.
 */
const FLOW_SETTLES = 100;

/** Milliseconds between plans when there is always a reason for one. */
const PLAN_INTERVAL = 50;

/** Announcements on one link: so many go at once, and so many wait at most. */
const BATCH = { atOnce: 8, maxWaiting: 4_096 };

function kindOf(inList: boolean, apart: boolean): LinkKind {
  if (inList) return "root";
  return apart ? "foreign" : "node";
}
