import type { Path } from "@moq-relay/protocol/model";

/**
 * Paths that lead to another publisher since a moment ago. Whoever asked to go on with the one before may not have heard of that
 * yet: the news and the request cross on the link.
 */
export class Turns {
  readonly #window: number;
  readonly #max: number;
  /** When each turned last, oldest first. */
  readonly #at = new Map<Path, number>();

  /**
   * @param window milliseconds that news may take to a neighbour.
   * @param max paths that are remembered; a further one takes the place of the first.
   */
  constructor(window: number, max: number) {
    this.#window = window;
    this.#max = max;
  }

  get size(): number {
    return this.#at.size;
  }

  note(path: Path, now: number): void {
    this.#at.delete(path);
    this.#at.set(path, now);
    for (const [old, at] of this.#at) {
      if (now - at <= this.#window && this.#at.size <= this.#max) return;
      this.#at.delete(old);
    }
  }

  lately(path: Path, now: number): boolean {
    const at = this.#at.get(path);
    return at !== undefined && now - at <= this.#window;
  }
}
