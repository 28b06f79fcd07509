/**
 * Several nodes in one process, on a virtual clock: real route tables and real clusters, joined by sessions that pass
 * announcements in memory as moq-lite-06 does (own hop added, one unit of cost for each link).
 */

import { type HopId, type Path, type Random, type RouteOffer, STREAM_CODE } from "@moq-relay/protocol/model";
import type {
  Announcer,
  Cancel,
  ListenEvents,
  NodeHello,
  Session,
  Upstream,
  UpstreamEvents,
} from "@moq-relay/protocol/session";
import { type Route, RouteTable, type View } from "../routing/index.ts";
import { Cluster } from "./cluster.ts";
import { Ledger } from "./ledger.fixture.ts";
import { isInternal } from "./names.ts";
import type { ClusterOptions, Dial, LinksMode, TargetEvents } from "./options.ts";
import type { MemberStore } from "./remembered.ts";
import { seeded, TestClock } from "./test-clock.fixture.ts";

/** One end of a session between two nodes. */
class FakeSession {
  readonly version = "moq-lite-06";
  readonly format = "timed" as const;
  readonly role = "both" as const;
  readonly draining = false;
  readonly peerNode: NodeHello | undefined;
  readonly peerHop: HopId;
  readonly connection: Session["connection"];
  readonly id: number;
  readonly node: SimNode;
  other!: FakeSession;
  readonly #sim: Simulation;
  readonly #cancels = new Set<Cancel>();
  readonly #openedAt: number;
  #open = true;

  constructor(sim: Simulation, node: SimNode, peer: SimNode, dialled: boolean, hello: NodeHello) {
    this.id = sim.nextSession();
    this.#sim = sim;
    this.node = node;
    this.peerHop = peer.hop;
    this.peerNode = hello;
    this.#openedAt = sim.clock.now();
    const info = { dialled };
    this.connection = { info, stats: () => ({ rtt: sim.latency * 2 }) } as unknown as Session["connection"];
  }

  get open(): boolean {
    return this.#open;
  }

  /** Questions of the peer that stand open here. */
  get questions(): number {
    return this.#cancels.size;
  }

  listen(prefix: Path, events: ListenEvents): Cancel {
    let wanted = true;
    let cancelThere: Cancel | undefined;
    const { other } = this;
    const back = (run: () => void): void => other.#send(() => wanted && run());
    this.#send(() => {
      const hop = other.node.hop;
      const told = (offer: RouteOffer): RouteOffer => {
        this.#sim.announcements += 1;
        return { ...offer, hops: [...offer.hops, hop], warm: offer.warm + 1, cold: offer.cold + 1 };
      };
      const announcer: Announcer = {
        begin: (routes) => {
          const all = routes.map(({ suffix, offer }) => ({ suffix, offer: told(offer) }));
          back(() => {
            for (const { suffix, offer } of all) if (wanted) events.onStart(suffix, offer);
            if (wanted) events.onComplete(this.#peerSettled());
          });
        },
        start: (suffix, offer) => {
          const sent = told(offer);
          back(() => events.onStart(suffix, sent));
        },
        restart: (suffix, offer) => {
          const sent = told(offer);
          back(() => events.onRestart(suffix, sent));
        },
        end: (suffix) => {
          this.#sim.announcements += 1;
          back(() => events.onEnd(suffix));
        },
      };
      cancelThere = other.node.answer(other, prefix, announcer);
      other.#cancels.add(cancelThere);
    });
    return () => {
      wanted = false;
      this.#send(() => {
        if (cancelThere && other.#cancels.delete(cancelThere)) cancelThere();
      });
    };
  }

  /** Here only announcements pass: nobody says how it is. */
  subscribe(_: unknown, events: UpstreamEvents): Upstream {
    events.onError(STREAM_CODE.unroutable);
    return { update: () => {}, cancel: () => {} };
  }

  close(_code: number, reason: string): void {
    if (!this.#open) return;
    this.#send(() => this.other.ended(false, reason));
    this.#sim.messages -= 1;
    this.ended(false, reason);
  }

  ended(lost: boolean, why = ""): void {
    if (!this.#open) return;
    this.#open = false;
    for (const cancel of [...this.#cancels]) cancel();
    this.#cancels.clear();
    this.node.sessions.delete(this);
    this.node.cluster.sessionClosed(this as unknown as Session, lost, why);
  }

  /** What is on its way arrives, unless the connection is lost: then nothing does. */
  #send(arrive: () => void): void {
    this.#sim.messages += 1;
    this.#sim.clock.after(this.#sim.latency, () => this.other.#open && arrive());
  }

  #peerSettled(): boolean {
    return this.#sim.clock.now() - this.#openedAt >= (this.peerNode?.settling ?? 0);
  }
}

/** A client that reads one broadcast: it does what the hub does. */
export class Reader {
  /** What the question gave; undefined while it stands. */
  found: boolean | undefined;
  readonly #node: SimNode;
  readonly #path: Path;
  #cancel: Cancel = () => {};
  #unwatch: Cancel = () => {};

  constructor(node: SimNode, path: Path) {
    this.#node = node;
    this.#path = path;
    this.#cancel = node.cluster.ask(path, 0n, (found) => {
      this.found = found;
      if (found) this.#flow();
    });
  }

  /** The way that is taken now; undefined when there is none. */
  get route(): Route | undefined {
    return this.#node.table.candidates(this.#path)[0];
  }

  leave(): void {
    this.#cancel();
    this.#unwatch();
    this.#node.cluster.flow(this.#path, undefined);
  }

  #flow(): void {
    this.#unwatch =
      this.#node.table.watch(this.#path, () => this.#node.cluster.flow(this.#path, this.route)) ?? (() => {});
    this.#node.cluster.flow(this.#path, this.route);
  }
}

export interface NodeConfig {
  readonly roots?: readonly string[];
  readonly peers?: readonly string[];
  readonly links?: LinksMode;
  /** "" for a node that tells no address. Default: its name. */
  readonly tells?: string;
  /** Caps. */
  readonly asks?: number;
  readonly idleAsks?: number;
  readonly prefixes?: number;
  readonly members?: number;
  readonly maxLinks?: number;
  /** Relays that it feeds with one broadcast. */
  readonly feeds?: number;
  readonly maxRoutes?: number;
  /** It finds the members that it knew when it is started again. */
  readonly remembers?: boolean;
}

/** A relay of the simulation. */
export class SimNode {
  readonly name: string;
  readonly config: NodeConfig;
  readonly hop: HopId;
  readonly table: RouteTable;
  readonly cluster: Cluster;
  readonly sessions: Set<FakeSession> = new Set();
  readonly #sim: Simulation;
  #published = new Map<Path, number>();

  constructor(sim: Simulation, name: string, config: NodeConfig) {
    this.#sim = sim;
    this.name = name;
    this.config = config;
    this.hop = sim.random.id();
    const { maxRoutes = 100_000 } = config;
    this.table = new RouteTable({ hop: this.hop, maxRoutes, maxListeners: 100_000, reserved: isInternal });
    const options: ClusterOptions = {
      clock: sim.clock,
      random: sim.random,
      log: {
        debug: () => {},
        info: (message) => sim.said.push(`${name}: ${message}`),
        warn: (message) => sim.warnings.push(`${name}: ${message}`),
      },
      table: this.table,
      dial: this.#dial,
      notLetIn: (why) => ({ kind: "not-let-in", wrong: "not let in", advice: "", detail: why }),
      hop: this.hop,
      address: config.tells ?? name,
      roots: config.roots ?? [],
      peers: config.peers ?? [],
      links: config.links ?? "demand",
      backoff: { initial: 250, multiplier: 2, max: undefined },
      linger: 5_000,
      caps: {
        ...(config.asks === undefined ? {} : { asks: config.asks }),
        ...(config.idleAsks === undefined ? {} : { idleAsks: config.idleAsks }),
        ...(config.prefixes === undefined ? {} : { prefixes: config.prefixes }),
        ...(config.members === undefined ? {} : { members: config.members }),
        ...(config.maxLinks === undefined ? {} : { links: config.maxLinks }),
        ...(config.feeds === undefined ? {} : { maxLinks: config.feeds }),
      },
      store: config.remembers ? sim.store(name) : undefined,
      facts: () => ({ version: "test", load: 0, region: "", draining: false }),
    };
    this.cluster = new Cluster(options);
  }

  /** A client publishes; its identity is fresh unless given. */
  publish(path: Path, publisher: HopId = this.#sim.random.id()): void {
    const link = this.#sim.nextSession();
    this.#published.set(path, link);
    const offer = { hops: [publisher], warm: 0, cold: 0 };
    this.table.offer({ path, offer, link, scope: "local" }, this.#sim.clock.wall());
  }

  unpublish(path: Path): void {
    this.table.linkLost(this.#published.get(path)!, { keepStale: false });
    this.#published.delete(path);
  }

  get published(): Path[] {
    return [...this.#published.keys()];
  }

  /** A client listens. */
  listen(prefix: Path): { ledger: Ledger; leave: Cancel } {
    const ledger = new Ledger();
    const id = this.#sim.nextSession();
    const session = { id, connection: { info: { dialled: false } } } as unknown as Session;
    const view: View = { hop: 0n, link: id, scope: "all", hidden: false };
    return { ledger, leave: this.cluster.onListen(session, prefix, false, view, ledger) };
  }

  read(path: Path): Reader {
    return new Reader(this, path);
  }

  answer(session: FakeSession, prefix: Path, announcer: Announcer): Cancel {
    const view: View = { hop: session.peerHop, link: session.id, scope: "all", hidden: true };
    return this.cluster.onListen(session as unknown as Session, prefix, true, view, announcer);
  }

  /** Names of the nodes that it has links to, one for each link. */
  get linkedTo(): string[] {
    return [...this.sessions].map(({ other }) => other.node.name).sort();
  }

  readonly #dial: Dial = (target, events) => this.#sim.connect(this, target.address, events);
}

/** The whole: nodes, and a network between them that can be cut. */
export class Simulation {
  readonly clock: TestClock = new TestClock();
  readonly random: Random;
  /** Milliseconds, one way. */
  readonly latency = 5;
  readonly nodes: Map<string, SimNode> = new Map();
  readonly warnings: string[] = [];
  readonly said: string[] = [];
  /** Questions, answers and their cancelling, between nodes; not the closing of links. */
  messages = 0;
  /** Starts, restarts and ends sent between nodes. */
  announcements = 0;
  readonly dials: { readonly from: string; readonly to: string; readonly at: number }[] = [];
  readonly #cut = new Set<string>();
  readonly #disks = new Map<string, string>();
  #sessions = 1;

  constructor(seed = 1) {
    this.random = seeded(seed);
  }

  nextSession(): number {
    return this.#sessions++;
  }

  /** Where the node of this name keeps the members that it knows. */
  store(name: string): MemberStore {
    return { read: () => this.#disks.get(name), write: (text) => this.#disks.set(name, text) };
  }

  /** Who has said this at level info. */
  infos(message: string): string[] {
    return this.said.filter((line) => line.endsWith(`: ${message}`));
  }

  add(name: string, config: NodeConfig = {}): SimNode {
    const node = new SimNode(this, name, config);
    this.nodes.set(name, node);
    node.cluster.start();
    return node;
  }

  /** Questions that stand open between nodes. */
  get questions(): number {
    let sum = 0;
    for (const node of this.nodes.values()) for (const session of node.sessions) sum += session.questions;
    return sum;
  }

  get(name: string): SimNode {
    return this.nodes.get(name)!;
  }

  run(duration: number): void {
    this.clock.advance(duration);
  }

  /** The process dies; nobody says goodbye. Others notice after `silence` milliseconds. */
  kill(name: string, silence = 0): void {
    const node = this.get(name);
    this.nodes.delete(name);
    node.cluster.close();
    for (const session of [...node.sessions]) this.#lose(session, silence);
  }

  /** The process ends as it should. */
  stop(name: string): void {
    const node = this.get(name);
    this.nodes.delete(name);
    node.cluster.close();
    for (const session of [...node.sessions]) session.close(0, "bye");
  }

  /** Nothing passes between the two any more. */
  cut(a: string, b: string): void {
    this.#cut.add(pair(a, b));
    for (const session of [...(this.nodes.get(a)?.sessions ?? [])])
      if (session.other.node.name === b) this.#lose(session, 0);
  }

  heal(a: string, b: string): void {
    this.#cut.delete(pair(a, b));
  }

  connect(from: SimNode, address: string, events: TargetEvents): Cancel {
    this.dials.push({ from: from.name, to: address, at: this.clock.now() });
    let wanted = true;
    this.clock.after(this.latency * 2, () => {
      if (!wanted) return;
      const to = this.nodes.get(address);
      const reachable = to && this.nodes.get(from.name) === from && !this.#cut.has(pair(from.name, to.name));
      if (reachable) this.#join(from, to, events);
      else events.onFailed({ kind: "no-answer", wrong: "nobody there", advice: "Start it.", detail: "" });
    });
    return () => {
      wanted = false;
    };
  }

  #join(from: SimNode, to: SimNode, events: TargetEvents): void {
    const here = new FakeSession(this, from, to, true, to.cluster.hello());
    const there = new FakeSession(this, to, from, false, from.cluster.hello());
    here.other = there;
    there.other = here;
    from.sessions.add(here);
    to.sessions.add(there);
    events.onSession(here as unknown as Session);
    for (const end of [here, there]) {
      this.clock.after(this.latency, () => {
        if (end.open) end.node.cluster.memberOpened(end as unknown as Session);
      });
    }
  }

  #lose(session: FakeSession, silence: number): void {
    const { other } = session;
    session.ended(true);
    this.clock.after(silence, () => other.ended(true));
  }
}

function pair(a: string, b: string): string {
  return [a, b].sort().join(" ");
}

/** Roots and leaves that have found each other, and roots that are settled. */
export function star(
  leaves = 3,
  roots: readonly string[] = ["root"],
  links: LinksMode = "demand",
  remembers = false,
): Simulation {
  const sim = new Simulation();
  for (const root of roots) sim.add(root, { roots, links });
  for (let i = 1; i <= leaves; i++) sim.add(`leaf${i}`, { roots, links, remembers });
  sim.run(5_000);
  return sim;
}
