import type { Path } from "@moq-relay/protocol/model";

/** Paths of one link that found no room in a table, in the order in which they are to be offered again. */
export class RefusedPaths {
  readonly #paths = new Set<Path>();
  /** Goes on where it was: a new one would pass over all that was deleted before it. */
  #turn: SetIterator<Path> | undefined;

  get size(): number {
    return this.#paths.size;
  }

  add(path: Path): void {
    this.#paths.add(path);
  }

  /** It is in the table, or no longer to be. */
  delete(path: Path): void {
    this.#paths.delete(path);
  }

  /** Takes out the next one. */
  take(): Path | undefined {
    if (this.#paths.size === 0) return undefined;
    this.#turn ??= this.#paths.values();
    const { done, value } = this.#turn.next();
    if (!done) {
      this.#paths.delete(value);
      return value;
    }
    this.#turn = undefined;
    return this.take();
  }

  clear(): void {
    this.#paths.clear();
    this.#turn = undefined;
  }
}
