/** Time and turns of the event loop, as the connections are given them. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  /** Runs `run` once, `delay` milliseconds from now; the returned function calls it off. Does not keep a process alive. */
  schedule(delay: number, run: () => void): () => void;
  /** Runs `run` once, after what is going on now and after whatever else is ready to be read. */
  soon(run: () => void): void;
}

/** The clock of this process. */
export const realClock: Clock = {
  now: () => performance.now(),
  schedule(delay, run) {
    const timer = setTimeout(run, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon(run) {
    setImmediate(run);
  },
};
