import type { Clock, HopId, Path, Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { RouteTable } from "../routing/index.ts";
import type { ClusterCounters } from "./counters.ts";
import type { Directory } from "./directory.ts";

/** "nobody": a settled root says so; "unanswered": no believable answer in time, or too much is asked already. */
export type Answer = "found" | "nobody" | "unanswered";

export interface DemandOptions {
  readonly clock: Clock;
  readonly table: RouteTable;
  readonly directory: Directory;
  readonly counters: ClusterCounters;
  /** Longest wait for an answer, milliseconds. */
  readonly answer: number;
  /** How long a path stays asked for after the last who wanted it, milliseconds. */
  readonly interest: number;
  /** Paths at once. */
  readonly maxPaths: number;
  /** Paths that stay asked for though nobody wants them; the one that was wanted longest ago goes first. */
  readonly maxIdle: number;
}

/** A path that somebody here wants, or has just wanted. */
interface Wanted {
  readonly release: Cancel;
  uses: number;
  timer: Timer | undefined;
  /** The directory has told all that there is. */
  complete: boolean;
  readonly questions: Set<() => void>;
}

/**
 * Broadcasts that are wanted here: asked for by a subscription, or carried. Each is kept asked at the directory a while
 * longer, so that subscriptions that come and go, or insist on what does not exist, cost one question.
 */
export class Demand {
  readonly #options: DemandOptions;
  readonly #wanted = new Map<Path, Wanted>();
  /** Those that nobody wants any more, the longest unwanted first. */
  readonly #idle = new Set<Path>();

  constructor(options: DemandOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#wanted.size;
  }

  /** Keeps `path` asked for until the result is called. */
  hold(path: Path): Cancel {
    const wanted = this.#want(path);
    if (!wanted) return () => {};
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#unuse(path, wanted);
    };
  }

  /**
   * Finds out whether anybody has `path` for this asker. `done` is called once, perhaps before this returns, and not after
   * the result was called.
   */
  ask(path: Path, asker: HopId, done: (answer: Answer) => void): Cancel {
    const { table, clock, answer, counters } = this.#options;
    counters.asks += 1;
    const found = () => table.candidates(path, { hop: asker }).length > 0;
    const wanted = this.#want(path);
    if (!wanted) {
      counters.asksOverCap += 1;
      done(found() ? "found" : "unanswered");
      return () => {};
    }
    let over = false;
    const end = (): boolean => {
      if (over) return false;
      over = true;
      unwatch?.();
      timer.cancel();
      wanted.questions.delete(look);
      this.#unuse(path, wanted);
      return true;
    };
    const finish = (result: Answer): void => {
      if (!end()) return;
      this.#count(result);
      done(result);
    };
    // What a lost link had told is no answer yet, but a reason to wait.
    const look = (): void => {
      if (found()) finish("found");
      else if (wanted.complete && !table.hasStale(path)) finish("nobody");
    };
    const timer = clock.after(answer, () => finish("unanswered"));
    wanted.questions.add(look);
    const unwatch = table.watch(path, look);
    look();
    return () => void end();
  }

  #count(result: Answer): void {
    const { counters } = this.#options;
    if (result === "found") counters.asksFound += 1;
    else if (result === "nobody") counters.asksNobody += 1;
    else counters.asksUnanswered += 1;
  }

  #want(path: Path): Wanted | undefined {
    let wanted = this.#wanted.get(path);
    if (!wanted) {
      if (this.#wanted.size >= this.#options.maxPaths) return undefined;
      wanted = this.#open(path);
    }
    wanted.uses += 1;
    this.#idle.delete(path);
    wanted.timer?.cancel();
    wanted.timer = undefined;
    return wanted;
  }

  #open(path: Path): Wanted {
    const heard = (complete: boolean): void => {
      wanted.complete = complete;
      if (complete) for (const question of [...wanted.questions]) question();
    };
    let release: Cancel | undefined;
    const wanted: Wanted = {
      release: () => release?.(),
      uses: 0,
      timer: undefined,
      complete: false,
      questions: new Set(),
    };
    this.#wanted.set(path, wanted);
    release = this.#options.directory.ask(path, heard);
    return wanted;
  }

  #unuse(path: Path, wanted: Wanted): void {
    wanted.uses -= 1;
    if (wanted.uses > 0) return;
    const { clock, interest, maxIdle } = this.#options;
    wanted.timer = clock.after(interest, () => this.#drop(path));
    this.#idle.add(path);
    // Each is a stream at the root: whoever makes up names must not use them up.
    const [longest] = this.#idle;
    if (this.#idle.size > maxIdle && longest !== undefined) this.#drop(longest);
  }

  #drop(path: Path): void {
    const wanted = this.#wanted.get(path);
    this.#idle.delete(path);
    this.#wanted.delete(path);
    wanted?.timer?.cancel();
    wanted?.release();
  }
}
