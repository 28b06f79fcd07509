/** Time, as the network is given it. Nothing here looks at a clock of its own. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  /**
   * Runs `run` once, `delay` milliseconds from now (0 or more), never inside this call. What is due at the same time runs
   * in the order in which it was scheduled.
   */
  schedule(delay: number, run: () => void): void;
}

/** Times closer than this are the same, milliseconds: sums of fractions are not exact. */
export const SAME_TIME = 1e-6;
