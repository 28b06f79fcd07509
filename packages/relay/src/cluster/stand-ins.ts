import type { Clock, Path, Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import { type LinkId, OWN_LINK, type RouteTable } from "../routing/index.ts";
import { Absence, type AbsenceTimes } from "./absence.ts";
import type { ClusterCounters } from "./counters.ts";
import { type Front, front, type Standing } from "./front.ts";
import type { Links, MemberLink } from "./links.ts";
import { addressIn, STAND_INS, standInName } from "./names.ts";
import type { ClusterLog, ClusterTimes } from "./options.ts";
import { type MemberStore, Remembered } from "./remembered.ts";
import { Remembering } from "./remembering.ts";
import type { RootDirectory } from "./root-directory.ts";

export interface StandInsOptions {
  readonly clock: Clock;
  readonly log: ClusterLog;
  readonly counters: ClusterCounters;
  readonly table: RouteTable;
  readonly directory: RootDirectory;
  readonly links: Links;
  /** Own address. */
  readonly address: string;
  /** Of the roots: they do not stand in for themselves. */
  readonly roots: readonly string[];
  readonly incarnation: number;
  readonly store?: MemberStore | undefined;
  readonly maxMembers: number;
  readonly times: AbsenceTimes & Pick<ClusterTimes, "settle" | "standInDoubt">;
  /** Whether dials to this address have led to nothing so far. */
  readonly isFailing: (address: string) => boolean;
  /** Other links are wanted. */
  readonly onChange: () => void;
  /** Somebody has begun to stand in for us, or ceased to. */
  readonly onStands: () => void;
  /** Others may be told more now, or less. */
  readonly onRole: () => void;
}

/** Who asks this node to stand in. */
interface Asker {
  readonly link: MemberLink;
  /** No longer learns all that he has. */
  unhear: Cancel | undefined;
}

/** Whom this node asks to stand in. */
interface Asked {
  readonly link: MemberLink;
  /** Clock time. */
  readonly since: number;
  readonly release: Cancel;
  /** No longer learns all that he knows. */
  unhear: Cancel | undefined;
}

/**
 * What a node does while no root can be reached. It asks the first three members to stand in, and treats those that do as
 * roots: a question for `.internal/stand-ins` asks a member, its own name below that is the answer, and the end of that name
 * the end of its role. And it stands in itself for as long as anybody asks it: it listens to all of them and answers for
 * all. Nobody is elected: two who disagree about the first three are linked by those whom they ask, and learn from them.
 */
export class StandIns {
  readonly #options: StandInsOptions;
  readonly #absence: Absence;
  readonly #remembered: Remembered;
  readonly #remembering: Remembering;
  readonly #askers = new Map<LinkId, Asker>();
  readonly #asked = new Map<LinkId, Asked>();
  /** Who was among the first three lately, and when (clock time). */
  readonly #recent = new Map<string, number>();
  readonly #name: Path;
  #front: Front = NOBODY;
  #acting = false;
  #looking: Timer | undefined;

  constructor(options: StandInsOptions) {
    this.#options = options;
    this.#name = standInName(options.address);
    this.#absence = new Absence(options.clock, options.times, (away) => this.#turned(away));
    this.#remembered = new Remembered({ ...options, store: options.store, max: options.maxMembers });
    this.#remembering = new Remembering({
      ...options,
      remembered: this.#remembered,
      away: () => this.away,
      onChange: () => this.away && options.onChange(),
    });
  }

  start(): void {
    this.#remembering.start();
    this.rootsChanged();
  }

  close(): void {
    this.#remembering.stop();
    this.#remembered.close();
  }

  /** Whether the roots are away. */
  get away(): boolean {
    return this.#absence.away;
  }

  /** Whether this node stands in for the roots. */
  get acting(): boolean {
    return this.#acting;
  }

  /** Whether this node tells the other end of this link what a root would tell. */
  actsFor(link: LinkId): boolean {
    return this.#acting && (this.#askers.has(link) || this.#asked.has(link));
  }

  /** Addresses to be dialled as long as there is no link to them. */
  get dial(): readonly string[] {
    return this.#front.dial;
  }

  /** A root's link has come or gone; or the node has just started. */
  rootsChanged(): void {
    const settled = [...this.#options.links].flatMap(({ kind, settledAt }) => (kind === "root" ? [settledAt] : []));
    this.#absence.see(settled.length === 0 ? undefined : Math.min(...settled));
  }

  /** The other end asks this node to stand in, until the result is called. */
  questioned(link: MemberLink): Cancel {
    const asker: Asker = { link, unhear: undefined };
    this.#askers.set(link.id, asker);
    this.#review();
    if (this.#acting) this.#hear();
    return () => {
      if (this.#askers.get(link.id) !== asker) return;
      this.#askers.delete(link.id);
      this.#review();
      this.#options.onRole();
      this.#unhear(asker);
    };
  }

  /** Decides who should stand in now; `dial` says the rest. */
  look(): void {
    const { clock, address, times } = this.#options;
    const remembered = this.#remembered;
    this.#looking?.cancel();
    this.#front = NOBODY;
    if (!this.away) return this.#ask(new Set());
    for (const { kind, address: known } of this.#options.links) if (kind === "node") remembered.add(known);
    if (address !== "") remembered.add(address);
    const order = remembered.order.filter((known) => !this.#options.roots.includes(known));
    this.#front = front(order, address, (known) => this.#standing(known));
    const now = clock.now();
    for (const known of this.#front.first) this.#recent.set(known, now);
    for (const [known, at] of this.#recent) if (now - at >= times.grace) this.#recent.delete(known);
    this.#ask(new Set(this.#recent.keys()));
    const calm = this.#front.dial.length === 0 && this.#recent.size === this.#front.first.length && !this.#anyUnheard();
    if (!calm) this.#looking = clock.after(LOOK_AGAIN, this.#options.onChange);
  }

  linkClosed(link: MemberLink): void {
    this.#asked.delete(link.id);
    if (this.#askers.delete(link.id)) this.#review();
  }

  #turned(away: boolean): void {
    const { counters, log, onChange } = this.#options;
    if (away) counters.rootsAway += 1;
    else {
      this.#recent.clear();
      this.#remembering.forget();
      log.info("the roots are back");
    }
    this.#review();
    onChange();
  }

  #standing(address: string): Standing {
    const links = [...this.#options.links].filter((link) => link.kind === "node" && link.address === address);
    if (links.length === 0) return this.#options.isFailing(address) ? "failing" : "hoped";
    const refuses = links.every((link) => {
      const asked = this.#asked.get(link.id);
      return asked && !link.standsIn && this.#options.clock.now() - asked.since > UNWILLING;
    });
    return refuses ? "failing" : "linked";
  }

  #anyUnheard(): boolean {
    return [...this.#asked.values()].some(({ link }) => !link.standsIn);
  }

  /** These, and no others, are asked to stand in: those that are linked. */
  #ask(addresses: ReadonlySet<string>): void {
    const wanted = new Map<string, MemberLink>();
    for (const link of this.#options.links) {
      if (link.kind !== "node" || !addresses.has(link.address)) continue;
      // Of two links to one node one will be closed.
      if (!wanted.has(link.address) || this.#asked.has(link.id)) wanted.set(link.address, link);
    }
    const links = new Set(wanted.values());
    for (const { link } of [...this.#asked.values()]) if (!links.has(link)) this.#release(link);
    for (const link of links) if (!this.#asked.has(link.id)) this.#question(link);
  }

  #question(link: MemberLink): void {
    const since = this.#options.clock.now();
    link.begin();
    const heard = (suffix: Path, hops: number): void => {
      if (hops === 1 && addressIn(suffix) === link.address) this.#stands(link, true);
    };
    const release = link.session.listen(STAND_INS, {
      onComplete: () => {},
      onStart: (suffix, { hops }) => heard(suffix, hops.length),
      onRestart: (suffix, { hops }) => heard(suffix, hops.length),
      onEnd: (suffix) => addressIn(suffix) === link.address && this.#stands(link, false),
      onClosed: () => this.#stands(link, false),
    });
    this.#asked.set(link.id, { link, since, release, unhear: undefined });
    if (this.#acting) this.#options.onRole();
  }

  #release(link: MemberLink): void {
    const asked = this.#asked.get(link.id);
    if (!asked) return;
    this.#stands(link, false);
    this.#asked.delete(link.id);
    asked.release();
    link.end(this.#options.clock.now());
    if (this.#acting) this.#options.onRole();
  }

  /** A member has taken on the work of a root, or laid it down. */
  #stands(link: MemberLink, stands: boolean): void {
    const { clock, directory, times, onChange, onStands } = this.#options;
    if (link.standsIn === stands || !this.#options.links.get(link.id)) return;
    link.standsIn = stands;
    link.learner.restamp();
    if (stands) {
      link.settledAt = clock.now() + times.settle;
      link.trustedAt = clock.now() + times.standInDoubt;
      directory.rootOpened(link);
      if (this.#acting) this.#hear();
    } else {
      link.learner.doubting(() => directory.rootClosed(link));
      this.#unhear(this.#asked.get(link.id));
    }
    onStands();
    onChange();
  }

  /** Takes on the role, or lays it down. */
  #review(): void {
    const { counters, log, table, address, incarnation, onRole } = this.#options;
    const acting = this.away && this.#askers.size > 0 && address !== "";
    if (acting === this.#acting) return;
    this.#acting = acting;
    if (!acting) {
      table.withdraw(this.#name, OWN_LINK);
      onRole();
      for (const other of [...this.#askers.values(), ...this.#asked.values()]) this.#unhear(other);
      return;
    }
    counters.stoodIn += 1;
    log.info("standing in for the roots");
    this.#hear();
    // Last: who hears it asks, and must be told what a root would tell.
    const offer = { hops: [], warm: 0, cold: 0, incarnation };
    table.offer({ path: this.#name, offer, link: OWN_LINK, scope: "local" }, incarnation);
  }

  /** What was heard stays in doubt: a root that was to confirm it may be gone again, and nobody know it yet. */
  #unhear(other: Asker | Asked | undefined): void {
    const unhear = other?.unhear;
    if (!other || !unhear) return;
    other.unhear = undefined;
    other.link.learner.doubting(unhear);
    this.#options.directory.doubted(other.link);
  }

  /** Whoever asks this node to stand in, or does so himself, is listened to, and told all. */
  #hear(): void {
    for (const asker of this.#askers.values()) asker.unhear ??= asker.link.learner.listen("");
    for (const asked of this.#asked.values()) if (asked.link.standsIn) asked.unhear ??= asked.link.learner.listen("");
    this.#options.onRole();
  }
}

const NOBODY: Front = { first: [], dial: [] };

/** Milliseconds between two looks at members that do not answer. */
const LOOK_AGAIN = 1_000;

/** Milliseconds that a member has to say that it stands in: it may not have noticed yet that the roots are away. */
const UNWILLING = 3_000;
