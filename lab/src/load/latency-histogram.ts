/** Steps of 0.05 ms up to 2 s: fine enough for a median of a few milliseconds, and nothing is allocated for a value. */
const STEP = 0.05;
const STEPS = 40_000;

/** Counts latencies and tells their percentiles. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(STEPS);
  #total = 0;

  /** Notes one latency, milliseconds. Longer ones than two seconds count as that. */
  record(milliseconds: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(milliseconds / STEP)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total += 1;
  }

  get count(): number {
    return this.#total;
  }

  /** The latency, milliseconds, that the share `share` (0 to 1) of all does not exceed; NaN when there is none. */
  percentile(share: number): number {
    const rank = Math.ceil(this.#total * share);
    let below = 0;
    for (let step = 0; step < STEPS; step++) {
      below += this.#counts[step] ?? 0;
      if (below >= rank && below > 0) return (step + 1) * STEP;
    }
    return Number.NaN;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
