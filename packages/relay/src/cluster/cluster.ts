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
 *   memberLeaving(session)          the peer has said GOAWAY.
 *   onListen(session, prefix,       the peer wants announcements. `prefix` is absolute; suffixes are relative to it. `member`:
 *     member, view, announcer)      the session was given to `memberOpened`. `view`: the most that the peer may see.
 *   ask(path, asker, done)          looks for a broadcast that no route leads to. `done(found)` comes once, perhaps at once.
 *   list(prefix, done)              brings all that there is below a prefix into the table, then calls `done(complete)`.
 *   flow(path, route)               a broadcast is carried over this route from now on; undefined: no more.
 *   ownBroadcasts                   the names under which this node announces itself; their tracks are `ownTracks(status)`.
 *
 * More than 500 lines in one file: it is where all parts of the cluster meet, and each part has a file of its own.
 *
 * What clients announce the owner puts into the table (scope "local"), and nothing of theirs below `.internal`.
 */
import { CLOSE_CODE, type HopId, type Path, type Timer } from "@moq-relay/protocol/model";
import type { Announcer, Cancel, NodeHello, Session } from "@moq-relay/protocol/session";
import { Damping, OWN_LINK, type Route, type View } from "../routing/index.ts";
import { patientAnswer } from "./answer.ts";
import { announcedMembers, type LinkedMember, linkedMember, type Member } from "./census.ts";
import { ClusterCounters } from "./counters.ts";
import { Demand } from "./demand.ts";
import type { Directory } from "./directory.ts";
import { isDisbelief } from "./disbelief.ts";
import { Distances } from "./distances.ts";
import { exportView, type ListenerKind } from "./export.ts";
import { FirstMembers } from "./first-members.ts";
import { Flows } from "./flows.ts";
import { Learner } from "./learner.ts";
import { LinkBatch } from "./link-batch.ts";
import { type LinkKind, Links, MemberLink } from "./links.ts";
import { listing } from "./listing.ts";
import { LIVENESS_TIMES, Liveness, type Pace } from "./liveness.ts";
import { Members } from "./members.ts";
import { FIRST, isCredible, isInternal, ORIGINS, ownNames, placedPath, STAND_INS } from "./names.ts";
import { type ClusterOptions, type ClusterTimes, DEFAULT_CAPS, DEFAULT_TIMES } from "./options.ts";
import { Outreach } from "./outreach.ts";
import { OwnDirectory } from "./own-directory.ts";
import { isPlanned, type Plan, plan } from "./plan.ts";
import { Retelling } from "./retelling.ts";
import { RootDirectory } from "./root-directory.ts";
import { ScopedClock } from "./scoped-clock.ts";
import { Settling } from "./settling.ts";
import { StandIns } from "./stand-ins.ts";
import { type NodeStatus, nodeStatus } from "./status.ts";
import { Trees } from "./trees.ts";
import { followed, Twins } from "./twins.ts";

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
  /** Relays that have a place in the tree below this one, one for each broadcast. */
  readonly feeds: number;
  readonly timers: number;
}

export class Cluster {
  readonly counters: ClusterCounters = new ClusterCounters();
  /** Whether this node is a root by configuration: for ever. That it does a root's work meanwhile is `standingIn`. */
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
  readonly #flows: Flows;
  readonly #trees: Trees;
  readonly #firstMembers: FirstMembers;
  readonly #settling: Settling;
  readonly #incarnation: number;
  readonly #liveness: Liveness;
  readonly #distances: Distances;
  /** Members whose links come and go. */
  readonly damping: Damping;
  /** At a root only: there all nodes come together. */
  readonly #twins: Twins | undefined;
  /** Undefined for a root, which needs nobody to stand in. */
  readonly #standIns: StandIns | undefined;
  /** What members are told that are told more when this node stands in. */
  readonly #tellings = new Set<Retelling>();
  /** Sessions that were given up because nothing came any more. */
  readonly #dead = new WeakSet<Session>();
  /** Sessions whose other end has said that it will go. */
  readonly #leaving = new WeakSet<Session>();
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
    this.#settling = new Settling(clock, this.#times.settle);
    this.#incarnation = clock.wall();
    const onChange = (): void => this.#replan();
    const own = { links: this.#links, counters: this.counters, own: hop };
    this.#trees = new Trees({ ...own, table, clock, maxLinks: caps.maxLinks, onChange });
    this.#firstMembers = new FirstMembers({ clock, table, roots });
    this.root = roots.length === 0 || roots.includes(address);
    this.ownBroadcasts = ownNames(hop, address);
    if (!this.root) {
      const key = address || hop.toString(16);
      const { counters } = this;
      const { standby } = options;
      const home = this.#times.home * (0.5 + options.random.next());
      const directory = { ...this.#times, home, table, clock, counters, key, maxPrefixes: caps.prefixes, standby };
      this.#roots = new RootDirectory(directory);
    }
    this.#directory = this.#roots ?? new OwnDirectory(clock, this.#settling);
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
    this.#flows = new Flows(clock, this.#links, {
      hold: (path) => this.#demand.hold(path),
      onEntries: () => this.#replan(),
      onCarriers: () => this.#watchLinks(),
    });
    this.#members = new Members({
      table,
      directory: this.#directory,
      demand: this.#demand,
      counters: this.counters,
      maxMembers: caps.members,
      onChange: () => this.#replan(),
    });
    this.#outreach = new Outreach({
      ...options,
      clock,
      counters: this.counters,
      steady: this.#times.steady,
      members: () => this.#links.size,
      onFailed: () => this.#standIns?.away && this.#replan(),
    });
    if (this.root) {
      const { counters } = this;
      this.#twins = new Twins({ clock, log: options.log, counters, links: this.#links, patience: this.#times.twins });
    }
    if (this.#roots) this.#standIns = this.#makeStandIns(this.#roots, caps.members);
    this.#distances = new Distances(clock, this.#links, caps.members, (link) => this.#repriced(link));
    this.damping = new Damping({ clock, max: caps.flaps, onCalm: (node) => this.#calmed(node) });
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
    this.#standIns?.start();
    if (this.#options.links === "mesh") this.#unfollow = this.#members.follow();
    this.#replan();
  }

  close(): void {
    this.#running = false;
    this.#unfollow?.();
    this.#outreach.close();
    this.#flows.close();
    this.#standIns?.close();
    this.#liveness.close();
    this.#distances.close();
    this.damping.close();
    this.#members.find(new Set());
    this.#options.table.linkLost(OWN_LINK, { keepStale: false });
    this.#clock.close();
  }

  /** Whether this node does the work of roots that are away. */
  get standingIn(): boolean {
    return this.#standIns?.acting ?? false;
  }

  hello(): NodeHello {
    return { address: this.#options.address, root: this.root, settling: this.root ? this.#settling.left : 0 };
  }

  /** What the `status` track of this node says now. */
  status(): NodeStatus {
    const { hop, address, facts } = this.#options;
    const { root, standingIn } = this;
    return nodeStatus({ hop, address, root, standingIn, incarnation: this.#incarnation }, facts(), this.#links);
  }

  /** The members that announced themselves as far as here, this node among them where it has an address. */
  members(): Member[] {
    return announcedMembers(this.#options.table);
  }

  /** The other ends of this node's links, the oldest link first. */
  linked(): LinkedMember[] {
    return [...this.#links].map(linkedMember);
  }

  /** Brings all members into the table; `done` as in `list`. */
  findMembers(done: (complete: boolean) => void): Cancel {
    return this.list(ORIGINS, done);
  }

  linksByKind(): ReadonlyMap<LinkKind, number> {
    const count = new Map<LinkKind, number>([
      ["root", 0],
      ["node", 0],
      ["foreign", 0],
    ]);
    for (const { kind } of this.#links) count.set(kind, count.get(kind)! + 1);
    return count;
  }

  /** How much there is of everything now. */
  sizes(): ClusterSizes {
    return {
      links: this.#links.size,
      asked: this.#demand.size,
      interests: this.#roots?.size ?? 0,
      flows: this.#flows.size,
      direct: this.#trees.questions,
      feeds: this.#trees.feeds,
      timers: this.#clock.pending,
    };
  }

  memberOpened(session: Session, believed: string = session.peerNode?.address ?? ""): void {
    const link = this.#link(session, believed);
    this.#links.add(link);
    this.#distances.watch();
    this.counters.linksOpened += 1;
    this.#options.log.info("link up", {
      kind: link.kind,
      address: link.address,
      by: link.dialled ? "this relay" : "the other",
      over: session.connection.info.binding,
    });
    this.#outreach.reached(link.address);
    this.#twins?.opened(link);
    if (link.kind === "node") this.#settling.joined();
    if (link.kind === "foreign" || this.root) link.learner.listen("");
    else if (link.kind === "root") this.#rootOpened(link);
    this.#watchLinks();
    this.#replan();
  }

  sessionClosed(session: Session, lost: boolean, why = ""): void {
    const link = this.#links.remove(session.id);
    // The other end may have carried out its plan before it was a link here.
    const refused = isDisbelief(why) || (link === undefined && !isPlanned(why));
    const ours = this.#outreach.sessionClosed(session, refused ? why : undefined);
    if (link) this.#linkClosed(link, lost || this.#dead.has(session), isPlanned(why));
    if (ours || link) this.#replan();
  }

  /** A member said that it will go: what comes by it moves, where there is another way. */
  memberLeaving(session: Session): void {
    const link = this.#links.get(session.id);
    if (!link) return;
    this.#leaving.add(session);
    this.#suspect(link, true, "leaving");
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
    const place = inside ? placedPath(prefix) : undefined;
    const patient =
      this.root && inside && place === undefined
        ? patientAnswer(told, this.#clock, this.#settling.settledAt)
        : undefined;
    const seen = (): View =>
      exportView({ root: this.root || (link !== undefined && this.#actsFor(link)) }, kind, dialled, view);
    const unlisten =
      place !== undefined && inside
        ? this.#trees.place(link, place, told)
        : prefix === FIRST && inside
          ? this.#firstMembers.tell(link.hop, patient?.sink ?? told, () => this.root || this.#actsFor(link))
          : inside && !this.root
            ? this.#tell(link, prefix, told, seen)
            : this.#options.table.listen(prefix, seen(), patient?.sink ?? told);
    if (!unlisten) {
      patient?.stop();
      announcer.begin([]);
    }
    const acquit = inside && prefix === STAND_INS ? this.#standIns?.questioned(link) : undefined;
    link?.begin();
    return () => {
      acquit?.();
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
    // What this node says of itself comes from nowhere and need not be found.
    if (route?.link !== OWN_LINK) this.#flows.set(path, route);
  }

  #rootOpened(link: MemberLink): void {
    this.#roots?.rootOpened(link);
    this.#standIns?.rootsChanged();
  }

  /** Whether the other end is told all that is known here, as by a root. */
  #actsFor(link: MemberLink): boolean {
    return this.#standIns?.actsFor(link.id) ?? false;
  }

  #tell(link: MemberLink, prefix: Path, told: Announcer, seen: () => View): Cancel {
    const place = this.#trees.join(link, prefix, told, () => this.#actsFor(link));
    const telling = new Retelling(this.#options.table, prefix, place.told, seen);
    this.#tellings.add(telling);
    return () => {
      this.#tellings.delete(telling);
      telling.stop();
      place.leave();
    };
  }

  #watchLinks(): void {
    const watched = new Map<MemberLink, Pace>();
    for (const link of this.#links) {
      // What comes and goes is watched though it carries nothing: else it would be taken for calm.
      const unsteady = this.damping.against(link.node) > 0;
      if (link.kind === "root" || link.standsIn || unsteady) watched.set(link, "waiting");
    }
    for (const id of this.#flows.carriers) {
      const link = this.#links.get(id);
      if (link) watched.set(link, "carrying");
    }
    // What was left because it fell silent is not well because nothing comes by it any more.
    for (const link of this.#links) if (link.silent) watched.set(link, "carrying");
    for (const link of followed(this.#links)) watched.set(link, "carrying");
    this.#liveness.watch(watched);
  }

  #suspect(link: MemberLink, suspect: boolean, why: string): void {
    const { table, log } = this.#options;
    // Whoever leaves may be heard for a while.
    if (!suspect && this.#leaving.has(link.session)) return;
    const { address, kind } = link;
    if (suspect) this.counters.linksSuspected += 1;
    // One that is gone is left in peace, and not heard.
    if (suspect || this.#links.get(link.id))
      log.info(suspect ? "link silent" : "link heard again", { kind, address, why });
    // Who leaves will be lost in a moment, and who is lost while silent was counted for that.
    if (suspect && why !== "leaving") this.#flapped(link);
    link.silent = suspect;
    table.suspect(link.id, suspect);
    if (link.kind === "root" || link.standsIn) this.#roots?.suspect(link.id, suspect);
  }

  #repriced({ kind, address, cost, learner }: MemberLink): void {
    this.counters.linksRepriced += 1;
    this.#options.log.debug("link cost", { kind, address, surcharge: cost.surcharge });
    learner.restamp();
  }

  /** A link is gone, or has fallen silent. */
  #flapped({ node, kind, address }: MemberLink): void {
    if (!this.#running || !this.damping.lost(node)) return;
    this.#options.log.info("link comes and goes: a last resort for now", { kind, address });
    this.#restamp(node);
  }

  #calmed(node: string): void {
    this.#options.log.info("link no longer comes and goes", { node });
    this.#restamp(node);
  }

  #restamp(node: string): void {
    for (const link of [...this.#links]) if (link.node === node) link.learner.restamp();
    this.#watchLinks();
  }

  #giveUp(link: MemberLink): void {
    this.counters.linksDead += 1;
    this.#dead.add(link.session);
    link.session.close(CLOSE_CODE.timeout, "nothing was heard for too long");
  }

  #link(session: Session, believed: string): MemberLink {
    const { table, roots } = this.#options;
    const hello = session.peerNode;
    const target = this.#outreach.targetOf(session);
    // Whom we dialled by the root list is a root, whatever it calls itself: the list is what all nodes agree on.
    const address = target && target.kind !== "peer" ? target.address : believed;
    const kind = kindOf(roots.includes(address), target?.kind === "peer" || hello?.root === true);
    // While the roots are away, what a node says may have come by all who stand in.
    const repeats = (): number => (this.#standIns?.away ? STAND_IN_STEPS : kind === "node" ? 0 : 1);
    const learner: Learner = new Learner(session, {
      table,
      clock: this.#clock,
      counters: this.counters,
      scope: () => {
        if (kind === "foreign") return "local";
        return kind === "root" || this.root || link.standsIn ? "member" : "direct";
      },
      whole: kind === "root",
      surcharge: () => link.cost.surcharge,
      losses: () => this.damping.against(link.node),
      // What entered at a node itself it knows best; what it repeats it may just have learned in another way.
      believes: ({ hops }) => {
        if (hops.length <= 2 || kind !== "node" || !this.#standIns?.away) return true;
        if (link.standsIn && link.trustedAt <= this.#clock.now()) return true;
        this.#roots?.doubtful(link);
        return false;
      },
      redirects: (path, offer) => this.#trees.learned(link, path, offer),
      admits: (path, offer) => !isInternal(path) || isCredible(path, offer, { address: believed, repeats: repeats() }),
    });
    const link = new MemberLink(session, {
      address,
      kind,
      learner,
      cost: (node) => this.#distances.of(node),
      batch: new LinkBatch(this.#clock, { window: this.#times.batch, ...BATCH }),
      openedAt: this.#clock.now(),
      settling: hello?.settling ?? 0,
    });
    return link;
  }

  #makeStandIns(directory: RootDirectory, maxMembers: number): StandIns {
    return new StandIns({
      ...this.#options,
      clock: this.#clock,
      counters: this.counters,
      directory,
      links: this.#links,
      incarnation: this.#incarnation,
      times: this.#times,
      maxMembers,
      isFailing: (address) => this.#outreach.isFailing(address),
      onChange: () => this.#replan(),
      onStands: () => this.#watchLinks(),
      onRole: () => {
        for (const telling of [...this.#tellings]) telling.retell();
        this.#firstMembers.retell();
        this.#trees.look();
      },
    });
  }

  #linkClosed(link: MemberLink, lost: boolean, planned: boolean): void {
    const { table, linger, log } = this.#options;
    log.info("link down", { kind: link.kind, address: link.address, how: lost ? "lost" : "closed" });
    if (!planned && !(link.silent && !this.#leaving.has(link.session))) this.#flapped(link);
    if (lost) this.counters.linksLost += 1;
    this.#twins?.closed(link);
    link.learner.closed();
    link.batch.close();
    this.#watchLinks();
    this.#trees.lost(link);
    const told = this.root || link.kind === "foreign" || this.#actsFor(link);
    this.#standIns?.linkClosed(link);
    if (this.#roots && (link.kind === "root" || link.standsIn)) {
      // However it went: the broadcasts are where they were, another root knows them.
      table.linkLost(link.id, { keepStale: true });
      this.#roots.rootClosed(link);
      this.#standIns?.rootsChanged();
      this.#watchLinks();
      return;
    }
    const returns = lost || this.damping.against(link.node) > 0 || this.#links.to(link.hop).length > 0;
    const keepStale = told && returns;
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
      this.#standIns?.look();
      this.#carryOut(this.#plan());
    });
  }

  #plan(): Plan {
    const { hop, address, links: mode } = this.#options;
    return plan({
      own: { hop, address, root: this.root },
      mode,
      fixed: this.#outreach.fixed,
      links: [...this.#links],
      members: this.#members.addresses,
      demands: this.#trees.demands(this.#flows.demands),
      standIns: this.#standIns?.dial ?? [],
      maxDials: this.#options.caps?.links ?? DEFAULT_CAPS.links,
      idleBefore: this.#clock.now() - this.#times.idle,
    });
  }

  #carryOut(next: Plan): void {
    this.counters.linksOverCap += next.overCap;
    this.#trees.ask(next.listen);
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
    const entries = this.#trees.demands(this.#flows.demands).map(({ entry }) => entry);
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

/** Milliseconds between plans when there is always a reason for one. */
const PLAN_INTERVAL = 50;

/** Nodes on the way of an announcement at most while members stand in: where it entered, and three of them. */
const STAND_IN_STEPS = 3;

/** Announcements on one link: so many go at once, and so many wait at most. */
const BATCH = { atOnce: 8, maxWaiting: 4_096 };

function kindOf(inList: boolean, apart: boolean): LinkKind {
  if (inList) return "root";
  return apart ? "foreign" : "node";
}
