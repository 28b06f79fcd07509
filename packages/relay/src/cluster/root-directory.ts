import { type Clock, type Path, selfAndAncestors, type Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { LinkId, Route, RouteTable } from "../routing/index.ts";
import type { ClusterCounters } from "./counters.ts";
import type { Directory } from "./directory.ts";
import { Interest } from "./interest.ts";
import type { MemberLink } from "./links.ts";
import { rendezvous } from "./rendezvous.ts";

export interface RootDirectoryOptions {
  readonly table: RouteTable;
  readonly clock: Clock;
  readonly counters: ClusterCounters;
  /** What this node is called when the roots are shared out. */
  readonly key: string;
  /** Milliseconds after a root's return until what nobody has confirmed is dropped. */
  readonly doubt: number;
  /** Milliseconds that a root must be back until it is asked rather than those who stand in. */
  readonly settle: number;
  /** Milliseconds that a root must be back until this node turns to it from another one that answers. */
  readonly home: number;
  /** Milliseconds that a root has for an answer before another one is asked as well. */
  readonly patience: number;
  /** Paths for which two roots are asked at once. */
  readonly standby?: ((path: Path) => boolean) | undefined;
  /** Prefixes that may be listened to at once. */
  readonly maxPrefixes: number;
}

/** Links that open within so many milliseconds are those of one start: none of the roots came back. */
const TOGETHER = 500;

/** A link whose routes are in doubt, since one moment: to be doubted anew is another doubt. */
interface Doubt {
  readonly link: MemberLink;
}

/**
 * The directory of a node that is no root: one of the roots is asked (the next one too, when it takes its time), and told
 * only what is wanted here. When another root is
 * to be asked instead, its answers are awaited before the old one is let go. What a lost root had told stays as stale until
 * a root has answered the same question, so players notice nothing. Nodes that stand in for the roots are asked while there is
 * no root that has been back for long enough.
 */
export class RootDirectory implements Directory {
  readonly #options: RootDirectoryOptions;
  readonly #interests = new Map<Path, Interest>();
  /** Prefixes that are listened to, and how often. */
  readonly #listened = new Map<Path, number>();
  readonly #roots = new Map<LinkId, MemberLink>();
  /** Links of roots that have fallen silent. */
  readonly #suspects = new Set<LinkId>();
  /** Links that may have left stale routes: of lost roots, and of others whose word is in doubt. */
  readonly #lost = new Map<LinkId, Doubt>();
  #asked: MemberLink | undefined;
  /** Clock time since which it is asked. */
  #askedAt = 0;
  /** Clock time since which some root is. */
  #reachedAt = 0;
  #homecoming: Timer | undefined;

  constructor(options: RootDirectoryOptions) {
    this.#options = options;
  }

  get reachable(): boolean {
    return this.#asked !== undefined;
  }

  /** The root that is asked now. */
  get asked(): MemberLink | undefined {
    return this.#asked;
  }

  /** Prefixes and paths that are wanted here. */
  get size(): number {
    return this.#interests.size;
  }

  listen(prefix: Path): Cancel {
    const { counters, maxPrefixes } = this.#options;
    const times = this.#listened.get(prefix) ?? 0;
    if (times === 0 && this.#listened.size >= maxPrefixes) {
      counters.prefixesOverCap += 1;
      return () => {};
    }
    this.#listened.set(prefix, times + 1);
    const release = this.#want(prefix).hold();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = this.#listened.get(prefix)! - 1;
      if (left === 0) this.#listened.delete(prefix);
      else this.#listened.set(prefix, left);
      release();
    };
  }

  ask(path: Path, heard: (complete: boolean) => void): Cancel {
    const interest = this.#want(path);
    const release = interest.hold();
    const forget = interest.watch(heard);
    return () => {
      forget();
      release();
    };
  }

  /** There is a link to a root, or to a node that stands in for the roots. */
  rootOpened(link: MemberLink): void {
    this.#roots.set(link.id, link);
    this.#choose();
    // Until he is trusted, what he withdraws stays as stale.
    if (link.standsIn) this.#lost.set(link.id, { link });
    if (this.#lost.size > 0) this.#trustLater(link, [...this.#lost.values()], 0);
    const wait = this.#readyAt(link) - this.#options.clock.now();
    if (this.#anyStandIn && wait > 0) this.#options.clock.after(wait, () => this.#choose());
  }

  /** What nobody has confirmed by then is dropped. */
  #trustLater(root: MemberLink, doubts: readonly Doubt[], least: number): void {
    const { clock } = this.#options;
    const { settledAt } = root;
    const since = clock.now();
    clock.after(Math.max(least, this.#trustedAt(root) - clock.now()), () => {
      // If it is gone again, so is its word.
      if (this.#roots.get(root.id)?.settledAt !== settledAt) return;
      const asked = this.#asked;
      // Who is asked since then needs his time, too: the one before may be gone because all are.
      if (asked && this.#askedAt > since) {
        return this.#trustLater(asked, doubts, this.#trustedAt(asked) <= clock.now() ? this.#options.doubt : 0);
      }
      // What was doubted anew has its own time.
      for (const doubt of doubts) if (this.#lost.get(doubt.link.id) === doubt) this.#dropAll(doubt.link);
    });
  }

  /** The root has fallen silent, or is heard again: as long as another is heard, that one is asked. */
  suspect(root: LinkId, silent: boolean): void {
    if (silent) this.#suspects.add(root);
    else this.#suspects.delete(root);
    this.#choose();
  }

  /** The root's link is gone, and its routes in the table are stale already; or it is nobody's root any more. */
  rootClosed(link: MemberLink): void {
    if (!this.#roots.delete(link.id)) return;
    this.#suspects.delete(link.id);
    this.#lost.set(link.id, { link });
    for (const interest of [...this.#interests.values()]) interest.lost(link.id);
    this.#choose();
    this.doubted(link);
  }

  /** As `doubted`, unless it is in doubt already. */
  doubtful(link: MemberLink): void {
    if (!this.#lost.has(link.id)) this.doubted(link);
  }

  /** What came by this link stays as stale: it is dropped when the root that is asked has had time to confirm it. */
  doubted(link: MemberLink): void {
    const doubt = { link };
    this.#lost.set(link.id, doubt);
    if (this.#asked) this.#trustLater(this.#asked, [doubt], this.#options.doubt);
  }

  #want(prefix: Path): Interest {
    const known = this.#interests.get(prefix);
    if (known) return known;
    const { clock, patience, standby } = this.#options;
    const times = { patience, roots: standby?.(prefix) ? 2 : 1 };
    const interest = new Interest(prefix, clock, times, {
      another: (asked) => this.#ranked().find(({ id }) => !asked(id)),
      onHeard: (root) => this.#heard(prefix, root),
      onUnwanted: () => this.#interests.delete(prefix),
      onReleased: () => this.#drop(prefix, (route) => !this.#isWanted(route.path)),
    });
    this.#interests.set(prefix, interest);
    if (this.#asked) interest.ask(this.#asked);
    return interest;
  }

  /**
   * Asks the root that the hash says, wherever a question does not stand there yet. The one that was asked before is let go
   * question by question, as answers come.
   */
  #choose(): void {
    const best = this.#best();
    if (best !== this.#asked) {
      this.#options.counters.rootsChanged += 1;
      this.#askedAt = this.#options.clock.now();
      if (!this.#asked) this.#reachedAt = this.#askedAt;
    }
    this.#asked = best;
    if (best) for (const interest of [...this.#interests.values()]) interest.ask(best);
  }

  /** Whoever asks a root hears everything anew: with one that comes back, in the moment in which it has everything to learn. */
  #best(): MemberLink | undefined {
    const [best] = this.#ranked();
    const asked = this.#asked;
    this.#homecoming?.cancel();
    if (!best || !asked || best === asked || !this.#roots.has(asked.id)) return best;
    if (this.#grade(best) < this.#grade(asked) || best.openedAt - this.#reachedAt < TOGETHER) return best;
    const { clock, home } = this.#options;
    const wait = best.openedAt + home - clock.now();
    if (wait <= 0) return best;
    this.#homecoming = clock.after(wait, () => this.#choose());
    return asked;
  }

  #ranked(): MemberLink[] {
    const ranked = rendezvous(this.#options.key, [...this.#roots.values()], (root) => root.address);
    const grades = new Map(ranked.map((root) => [root, this.#grade(root)]));
    return ranked.sort((a, b) => grades.get(a)! - grades.get(b)!);
  }

  /** The lower the better. */
  #grade(root: MemberLink): number {
    const suspect = this.#suspects.has(root.id) ? 3 : 0;
    if (root.standsIn) return suspect + 1;
    return suspect + (this.#anyStandIn && this.#readyAt(root) > this.#options.clock.now() ? 2 : 0);
  }

  get #anyStandIn(): boolean {
    for (const root of this.#roots.values()) if (root.standsIn) return true;
    return false;
  }

  #readyAt(root: MemberLink): number {
    return Math.max(root.settledAt, root.openedAt + this.#options.settle);
  }

  /** Clock time from which what this root does not tell does not exist, even if it did when another root was lost. */
  #trustedAt(root: MemberLink): number {
    return root.standsIn ? root.trustedAt : root.openedAt + this.#options.doubt;
  }

  /** A settled root has told all that there is at and below `prefix`: what is still in doubt there does not exist. */
  #heard(prefix: Path, link: LinkId): void {
    const root = this.#roots.get(link);
    if (root?.standsIn && this.#trustedAt(root) > this.#options.clock.now()) return;
    const { table } = this.#options;
    const answered = table.candidates(prefix).length > 0;
    this.#drop(prefix, (route) => route.path !== prefix || !route.exact || !answered);
  }

  #isWanted(path: Path): boolean {
    for (const prefix of selfAndAncestors(path)) if (this.#interests.has(prefix)) return true;
    return false;
  }

  #drop(under: Path, which: (route: Route) => boolean): void {
    if (this.#lost.size === 0) return;
    this.#options.table.dropStale((route) => this.#lost.has(route.link) && which(route), under);
  }

  #dropAll({ id, learner }: MemberLink): void {
    this.#lost.delete(id);
    this.#options.table.dropStale(id);
    learner.settle();
  }
}
