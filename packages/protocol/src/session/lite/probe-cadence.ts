import type { ConnectionStats } from "../../transport/index.ts";
import type { Estimate } from "../session.ts";

/** A change by this share is reported at once. */
const NOTICEABLE = 0.25;
/** Milliseconds after which even no change is reported; until then what counts as a change falls from above to nothing. */
const LONGEST = 10_000;

/** What a transport knows of the way to the peer; a measured 0 is told as 1, because 0 means "unknown". */
export function estimateOf({ sendRate, rtt }: ConnectionStats): Estimate {
  return { bitrate: told(sendRate), rtt: told(rtt) };
}

function told(measured: number | undefined): number {
  if (measured === undefined || !(measured >= 0)) return 0;
  return Math.min(Math.max(1, Math.round(measured)), Number.MAX_SAFE_INTEGER);
}

/** When an estimate is worth a report (protocol notes 2.8: at once when it changed by a quarter, at the latest after 10 s). */
export class ProbeCadence {
  #last: Estimate | undefined;
  #at = 0;

  /** Whether to report `estimate` now; if so, it is the last one from then on. */
  due(estimate: Estimate, now: number): boolean {
    if (this.#last) {
      const waited = now - this.#at;
      const change = Math.max(relative(this.#last.bitrate, estimate.bitrate), relative(this.#last.rtt, estimate.rtt));
      if (waited < LONGEST && (change === 0 || change < NOTICEABLE * (1 - waited / LONGEST))) return false;
    }
    this.#last = estimate;
    this.#at = now;
    return true;
  }
}

function relative(before: number, after: number): number {
  if (before === after) return 0;
  return before === 0 ? 1 : Math.abs(after - before) / before;
}
