import type { Clock } from "../clock.ts";

/** A clock that a test moves. Turns of the event loop are real. */
export class ManualClock implements Clock {
  #now = 0;
  #due: { at: number; run: () => void }[] = [];

  /** Timers that are set. */
  get pending(): number {
    return this.#due.length;
  }

  /** When the next of them is due. */
  get next(): number | undefined {
    return this.#due.reduce<number | undefined>((soonest, { at }) => Math.min(soonest ?? at, at), undefined);
  }

  now(): number {
    return this.#now;
  }

  schedule(delay: number, run: () => void): () => void {
    const entry = { at: this.#now + delay, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  /** Runs what is due within the next `milliseconds`, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
