import type { Clock, Path, Timer } from "@moq-relay/protocol/model";

/** Milliseconds between two times at which those who wait have their turn. */
const TICK = 100;

export interface PaceOptions {
  readonly clock: Clock;
  /** So many changes go at once. */
  readonly burst: number;
  /** So many more each second. */
  readonly perSecond: number;
}

/**
 * How fast the changes of one client come into effect. Those beyond its rate wait for their turn, and of each path only the state
 * that it is in by then counts: who applies a change looks it up.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #apply: (path: Path) => void;
  /** In the order in which they have their turn. */
  readonly #waiting = new Set<Path>();
  #tokens: number;
  #at: number;
  #timer: Timer | undefined;

  constructor(options: PaceOptions, apply: (path: Path) => void) {
    this.#options = options;
    this.#apply = apply;
    this.#tokens = options.burst;
    this.#at = options.clock.now();
  }

  /** Paths that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A path has changed: applies that, now or later. False when it has to wait. */
  change(path: Path): boolean {
    if (this.#waiting.has(path)) return false;
    if (this.#waiting.size === 0 && this.#take()) {
      this.#apply(path);
      return true;
    }
    this.#waiting.add(path);
    this.#wait();
    return false;
  }

  /** There is nothing to apply for this path any more. */
  forget(path: Path): void {
    this.#waiting.delete(path);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting.clear();
  }

  #wait(): void {
    this.#timer ??= this.#options.clock.after(TICK, () => {
      this.#timer = undefined;
      for (const path of this.#waiting) {
        if (!this.#take()) break;
        this.#waiting.delete(path);
        this.#apply(path);
      }
      if (this.#waiting.size > 0) this.#wait();
    });
  }

  #take(): boolean {
    const { clock, burst, perSecond } = this.#options;
    const now = clock.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * perSecond) / 1_000);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
