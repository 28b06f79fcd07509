import type { Clock } from "../../../packages/websocket/src/clock.ts";

/** A clock whose time is moved by hand, and turns of an event loop with it. */
export class QmuxClock implements Clock {
  #now = 0;
  #due: { readonly at: number; readonly run: () => void }[] = [];
  #soon: (() => void)[] = [];

  /** Timers that are set. */
  get pending(): number {
    return this.#due.length;
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
    this.#soon.push(run);
  }

  /** Runs what was to be run soon, and what comes of it. */
  turn(): void {
    for (let turns = 0; this.#soon.length > 0 && turns < 1_000; turns++) {
      const soon = this.#soon;
      this.#soon = [];
      for (const run of soon) run();
    }
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      this.turn();
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
