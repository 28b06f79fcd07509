/** Time, passed in: the relay gives the machine's, the simulator a virtual one. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Milliseconds since 1970, as the wall clock says; may jump. */
  wall(): number;
  /** Calls `run` once, `delay` milliseconds from now (0: on a later turn). */
  after(delay: number, run: () => void): Timer;
}

/** A call that has not happened yet. */
export interface Timer {
  /** It will not happen. Harmless when it already did. */
  cancel(): void;
}

/** Chance, passed in: seeded in tests. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A fresh identity: not 0, below 2^53. */
  id(): bigint;
}
