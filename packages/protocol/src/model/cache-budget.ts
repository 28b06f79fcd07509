/** What a cached thing tells the budget. */
export interface Cached {
  /** Gives its memory back: the budget is short and nothing older is left. It has left the budget already. */
  evict(): void;
}

/**
 * One byte budget for all groups of the process: the oldest go first. A thing that may not go now (the latest group of a
 * track) is simply not entered.
 */
export class CacheBudget {
  #capacity: number;
  /** Evictable things, oldest first. */
  readonly #entries = new Set<Cached>();
  #bytes = 0;
  #evictions = 0;

  /** @param capacity bytes; what may not be evicted counts too, and may pass it. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes held by all groups, evictable or not. */
  get bytes(): number {
    return this.#bytes;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** Changes the budget; what is above it goes at once. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#shrink();
  }

  /** Memory taken (or given back, when negative) by a group. */
  charge(bytes: number): void {
    this.#bytes += bytes;
    if (bytes > 0) this.#shrink();
  }

  /** From now on `cached` may be evicted; what it weighs was charged before. */
  enter(cached: Cached): void {
    this.#entries.add(cached);
    this.#shrink();
  }

  /** It may not be evicted any more, or is gone by itself. Its bytes stay charged until given back. */
  leave(cached: Cached): void {
    this.#entries.delete(cached);
  }

  #shrink(): void {
    for (const cached of this.#entries) {
      if (this.#bytes <= this.#capacity) return;
      this.#entries.delete(cached);
      this.#evictions += 1;
      cached.evict();
    }
  }
}
