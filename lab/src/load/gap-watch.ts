import type { LoadSubscriber, Position } from "./load-subscriber.ts";

/** What one subscriber has missed, and for how long it has waited. */
export interface Gap {
  /** Longest time between two frames, milliseconds. */
  readonly longest: number;
  /** Frames between the first and the last group seen that never came, and those that came twice. */
  readonly missing: number;
  readonly twice: number;
  /** Groups that lack frames, each with the frames that came: for people. */
  readonly holes: readonly string[];
}

/** Notes what a subscriber sees of a track whose groups all have the same number of frames. */
export class GapWatch {
  readonly #groupSize: number;
  readonly #seen = new Map<number, Set<number>>();
  #twice = 0;
  #longest = 0;
  #last: number | undefined;

  constructor(subscriber: LoadSubscriber, groupSize: number) {
    this.#groupSize = groupSize;
    this.follow(subscriber);
  }

  /** The same viewer goes on with another connection. */
  follow(subscriber: LoadSubscriber): void {
    subscriber.onFrame = (group, frame) => this.#note(group, frame);
  }

  /** Forgets the waiting so far, but not the frames. */
  clear(): void {
    this.#longest = 0;
  }

  get longest(): number {
    // Whoever is still waiting has waited until now.
    const waiting = this.#last === undefined ? 0 : performance.now() - this.#last;
    return Math.max(this.#longest, waiting);
  }

  /** The first frame that is lacking in the oldest group that is not whole: where another connection has to go on. */
  get next(): Position {
    const [first = 0, ...groups] = [...this.#seen.keys()].sort((a, b) => a - b);
    const last = groups.at(-1) ?? first;
    for (let group = first + 1; group <= last; group++) {
      const frames = this.#seen.get(group) ?? new Set();
      for (let frame = 0; frame < this.#groupSize; frame++) if (!frames.has(frame)) return { group, frame };
    }
    return { group: last + 1, frame: 0 };
  }

  /** The first group may have been joined in its middle, and the last is not over: neither is counted. */
  sum(): Gap {
    const groups = [...this.#seen.keys()].sort((a, b) => a - b);
    const first = groups[0] ?? 0;
    const last = groups.at(-1) ?? 0;
    let missing = 0;
    const holes: string[] = [];
    for (let group = first + 1; group < last; group++) {
      const frames = this.#seen.get(group) ?? new Set();
      if (frames.size === this.#groupSize) continue;
      missing += this.#groupSize - frames.size;
      holes.push(`${group} has only ${[...frames].join(" ") || "nothing"}`);
    }
    return { longest: this.longest, missing, twice: this.#twice, holes };
  }

  #note(group: number, frame: number): void {
    const now = performance.now();
    if (this.#last !== undefined) this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    let frames = this.#seen.get(group);
    if (!frames) {
      frames = new Set();
      this.#seen.set(group, frames);
    }
    if (frames.has(frame)) this.#twice += 1;
    frames.add(frame);
  }
}
