import type { Clock, Path, Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { LinkId } from "../routing/index.ts";
import type { MemberLink } from "./links.ts";

export interface InterestEvents {
  /** The root to be asked next, of those for which `asked` is false; undefined when there is none. */
  another(asked: (root: LinkId) => boolean): MemberLink | undefined;
  /** A settled root has told all. Each time that one does. */
  onHeard(root: LinkId): void;
  /** Nobody holds it any more: from now on it is not to be found, and who wants the same needs a new one. */
  onUnwanted(): void;
  /** Its routes are withdrawn. Last event. */
  onReleased(): void;
}

export interface InterestOptions {
  /** Milliseconds that a root has before another one is asked as well. */
  readonly patience: number;
  /** At how many roots the question stands while all is well. */
  readonly roots: number;
}

/** A question that stands open at a root. */
interface Standing {
  cancel: Cancel | undefined;
  timer: Timer | undefined;
  /** All that there was when it was asked is in the table, and each change since. */
  heard: boolean;
}

/**
 * One prefix or path that is wanted here, however often, and the question for it at the root. While the question moves to
 * another root it stands at both; and so it does when a root takes its time, which may be hung, or not settled yet.
 */
export class Interest {
  readonly prefix: Path;
  readonly #clock: Clock;
  readonly #options: InterestOptions;
  readonly #events: InterestEvents;
  readonly #standing = new Map<LinkId, Standing>();
  readonly #watchers = new Set<(complete: boolean) => void>();
  #holders = 0;
  /** The link of the root that is to answer in the end; others go when it has. */
  #chosen: LinkId | undefined;
  /** The link whose complete answer is in the table. */
  #answeredBy: LinkId | undefined;
  /** Runs out when it is time to ask another root as well. */
  #waiting: Timer | undefined;

  constructor(prefix: Path, clock: Clock, options: InterestOptions, events: InterestEvents) {
    this.prefix = prefix;
    this.#clock = clock;
    this.#options = options;
    this.#events = events;
  }

  /** Keeps it asked until the result is called. */
  hold(): Cancel {
    this.#holders += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#release();
    };
  }

  /** Tells `run` when (and at once if) a complete answer is in the table, and when there is none any more. */
  watch(run: (complete: boolean) => void): Cancel {
    this.#watchers.add(run);
    if (this.#answeredBy !== undefined) run(true);
    return () => this.#watchers.delete(run);
  }

  /** Puts the question to this root; those where it stands already are let go when this one has answered. */
  ask(root: MemberLink): void {
    this.#chosen = root.id;
    if (this.#standing.get(root.id)?.heard) {
      this.#answeredBy = root.id;
      return this.#settleOn(root.id);
    }
    this.#put(root);
    if (this.#answeredBy === undefined) this.#beImpatient();
  }

  /** The routes of a root that is gone are in doubt, and who wants them cannot wait for one that does not answer. */
  #beImpatient(): void {
    this.#waiting?.cancel();
    this.#waiting = this.#clock.after(this.#options.patience, () => {
      const other = this.#events.another((root) => this.#standing.has(root));
      if (!other) return;
      this.#put(other);
      if (this.#answeredBy === undefined) this.#beImpatient();
    });
  }

  #put(root: MemberLink): void {
    if (this.#standing.has(root.id)) return;
    const standing: Standing = { cancel: undefined, timer: undefined, heard: false };
    this.#standing.set(root.id, standing);
    const cancel = root.learner.listen(this.prefix, (settled) => this.#completed(root, settled));
    // The answer may have come already, and nobody wants more.
    if (this.#standing.get(root.id) === standing) standing.cancel = cancel;
    else cancel();
  }

  /** A root is none any more, or its link is gone: the question does not stand there any longer. */
  lost(link: LinkId): void {
    const standing = this.#standing.get(link);
    standing?.timer?.cancel();
    this.#standing.delete(link);
    standing?.cancel?.();
    if (this.#answeredBy !== link) return this.#answeredBy === undefined ? undefined : this.#widen();
    this.#answeredBy = [...this.#standing].find(([, { heard }]) => heard)?.[0];
    if (this.#answeredBy !== undefined) return this.#widen();
    for (const run of [...this.#watchers]) run(false);
  }

  /** What an unsettled root has told becomes complete when it settles, without another word from it. */
  #completed(root: MemberLink, settled: boolean): void {
    const standing = this.#standing.get(root.id);
    if (!standing) return;
    const wait = Math.max(0, root.settledAt - this.#clock.now());
    if (settled && wait === 0) return this.#heard(root.id);
    standing.timer = this.#clock.after(wait, () => this.#heard(root.id));
  }

  #heard(link: LinkId): void {
    const standing = this.#standing.get(link);
    if (standing) standing.heard = true;
    if (this.#answeredBy !== this.#chosen || this.#answeredBy === undefined) this.#answeredBy = link;
    this.#waiting?.cancel();
    if (link === this.#chosen) this.#settleOn(link);
    this.#events.onHeard(link);
    for (const run of [...this.#watchers]) run(true);
  }

  /** The root that is to answer has: others are let go, but as many as are wanted besides. */
  #settleOn(link: LinkId): void {
    const others = [...this.#standing.keys()].filter((other) => other !== link);
    this.#dismissAllBut(new Set([link, ...others.slice(0, this.#options.roots - 1)]));
    this.#widen();
  }

  #widen(): void {
    while (this.#standing.size < this.#options.roots) {
      const other = this.#events.another((root) => this.#standing.has(root));
      if (!other) return;
      this.#put(other);
    }
  }

  #release(): void {
    // Withdrawing routes may make somebody ask for them again at once.
    this.#events.onUnwanted();
    this.#waiting?.cancel();
    this.#dismissAllBut(new Set());
    this.#events.onReleased();
  }

  #dismissAllBut(kept: ReadonlySet<LinkId>): void {
    for (const [link, { cancel, timer }] of [...this.#standing]) {
      if (kept.has(link)) continue;
      timer?.cancel();
      this.#standing.delete(link);
      cancel?.();
    }
  }
}
