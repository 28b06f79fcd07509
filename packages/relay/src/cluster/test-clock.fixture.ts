import type { Clock, Random, Timer } from "@moq-relay/protocol/model";

/** Stands still until it is moved. What is due at the same time runs in the order in which it was set. */
export class TestClock implements Clock {
  /** Milliseconds by which the wall clock is wrong. */
  skew = 0;
  #now = 0;
  #order = 0;
  readonly #due = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_700_000_000_000 + this.skew + this.#now;
  }

  after(delay: number, run: () => void): Timer {
    const id = this.#order++;
    this.#due.set(id, { at: this.#now + delay, run });
    return { cancel: () => this.#due.delete(id) };
  }

  advance(duration: number): void {
    const until = this.#now + duration;
    for (;;) {
      let next: [number, { at: number; run: () => void }] | undefined;
      for (const entry of this.#due) if (!next || entry[1].at < next[1].at) next = entry;
      if (!next || next[1].at > until) break;
      this.#due.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].at);
      next[1].run();
    }
    this.#now = until;
  }
}

/** mulberry32: small, and good enough to shuffle with. */
export function seeded(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, id: () => BigInt(Math.floor(next() * 2 ** 40)) + 1n };
}
