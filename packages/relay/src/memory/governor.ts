import type { CacheBudget, Clock, Timer } from "@moq-relay/protocol/model";
import { levelOf, type MemoryLevel, type MemoryMarks, type MemoryState, marksOf } from "./level.ts";

export interface GovernorOptions {
  readonly clock: Clock;
  readonly budget: CacheBudget;
  /** Share of the limit that is to stay free, 0 to 0.5. */
  readonly headroom: number;
  /** Milliseconds between two looks. */
  readonly every: number;
  read(): MemoryState;
  /** Asks the runtime to give back what nobody uses: what was evicted counts as used until then. */
  collect(): void;
  /** Ends the session that holds most; false when there is none worth it. */
  shed(): boolean;
  onLevel(level: MemoryLevel, state: MemoryState): void;
}

/** Milliseconds between two collections: each stops the relay for a moment. */
const COLLECT_EVERY = 2_000;

/** Share of its configured size by which the cache may grow again at each look. */
const GROWTH = 1 / 20;

/**
 * Keeps the process inside its memory. First the cache gives way, then new sessions are refused, last the slowest sessions
 * are ended; all of it before the system would kill everybody.
 */
export class MemoryGovernor {
  readonly #options: GovernorOptions;
  readonly #marks: MemoryMarks;
  readonly #configured: number;
  #timer: Timer;
  #level: MemoryLevel = "calm";
  #state: MemoryState;
  #collectedAt = Number.NEGATIVE_INFINITY;
  #shed = 0;

  constructor(options: GovernorOptions) {
    this.#options = options;
    this.#marks = marksOf(options.headroom);
    this.#configured = options.budget.capacity;
    this.#state = options.read();
    this.#timer = this.#later();
  }

  get level(): MemoryLevel {
    return this.#level;
  }

  /** New sessions are welcome. */
  get open(): boolean {
    return this.#level === "calm" || this.#level === "shrink";
  }

  /** As of the last look. */
  get state(): MemoryState {
    return this.#state;
  }

  /** Sessions that were ended for others to live. */
  get shed(): number {
    return this.#shed;
  }

  close(): void {
    this.#timer.cancel();
  }

  #later(): Timer {
    return this.#options.clock.after(this.#options.every, () => {
      this.#timer = this.#later();
      this.#look();
    });
  }

  #look(): void {
    const { read, onLevel, budget } = this.#options;
    this.#state = read();
    const level = levelOf(this.#state, this.#marks, this.#level);
    if (level !== this.#level) {
      this.#level = level;
      onLevel(level, this.#state);
    }
    if (level === "calm") return budget.resize(Math.min(this.#configured, budget.capacity + this.#configured * GROWTH));
    this.#shrink();
    if (level === "shed" && this.#options.shed()) this.#shed += 1;
  }

  /** Takes from the cache what is used above the mark; what it gives shows in `used` only when it was collected. */
  #shrink(): void {
    const { clock, budget, collect } = this.#options;
    const now = clock.now();
    if (now - this.#collectedAt < COLLECT_EVERY) return;
    this.#collectedAt = now;
    const excess = this.#state.used - this.#marks.shrink * this.#state.limit;
    budget.resize(Math.max(0, Math.min(budget.capacity, budget.bytes - Math.max(0, excess))));
    collect();
  }
}
