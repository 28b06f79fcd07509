import type { Clock } from "./clock.ts";

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A clock that stands still until it is moved; the same calls give the same run, always. */
export class VirtualClock implements Clock {
  readonly #heap: Due[] = [];
  #now = 0;
  #order = 0;

  now(): number {
    return this.#now;
  }

  schedule(delay: number, run: () => void): void {
    const due = { at: this.#now + Math.max(0, delay), order: this.#order++, run };
    this.#rise(this.#heap.push(due) - 1, due);
  }

  /** How many things are due, now or later. */
  get pending(): number {
    return this.#heap.length;
  }

  /** Runs the next thing that is due, moving time to it. False when there is none, or none until `limit`. */
  step(limit: number = Number.POSITIVE_INFINITY): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > limit) return false;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    this.#now = first.at;
    first.run();
    return true;
  }

  /** Runs all that is due in the next `duration` milliseconds and moves time by as much. */
  advance(duration: number): void {
    const until = this.#now + duration;
    while (this.step(until)) {}
    this.#now = until;
  }

  #rise(from: number, due: Due): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !before(due, above)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = due;
  }

  /** Puts `due` at the top, where nothing is, and lets it sink to its place. */
  #sink(due: Due): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      let below = this.#heap[child];
      if (below === undefined) break;
      const right = this.#heap[child + 1];
      if (right !== undefined && before(right, below)) {
        child += 1;
        below = right;
      }
      if (!before(below, due)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = due;
  }
}
