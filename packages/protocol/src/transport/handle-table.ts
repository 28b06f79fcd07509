import type { Handle } from "./transport.ts";

/** A handle is `generation << INDEX_BITS | index`; 31 bits in all, which engines keep unboxed. */
const INDEX_BITS = 20;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
const LAST_GENERATION = (1 << (31 - INDEX_BITS)) - 1;

/** A freed slot rests until this many others were freed after it. */
const RESTING = 1024;

/** The largest `capacity` of a table. */
export const MAX_HANDLES: number = (1 << INDEX_BITS) - RESTING;

/**
 * Gives out handles for things, for carriers written in TypeScript. A handle is never 0, and names nothing again before
 * some two million others have been given out; so one that is held too long finds nothing rather than something else.
 */
export class HandleTable<T extends NonNullable<unknown>> {
  readonly #capacity: number;
  readonly #values: (T | undefined)[] = [];
  readonly #generations: number[] = [];
  /** Freed slots, in a list from the one that has rested longest: `#next[index]` is freed after `index`. */
  readonly #next: number[] = [];
  #oldest = -1;
  #newest = -1;
  #resting = 0;
  #size = 0;

  /** `capacity`: how many things may be in it at once, at most `MAX_HANDLES`. */
  constructor(capacity: number) {
    if (!(capacity > 0 && capacity <= MAX_HANDLES)) {
      throw new RangeError(`a handle table holds 1 to ${MAX_HANDLES} things, not ${capacity}`);
    }
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** The new handle of `value`, or 0 when the table is full. */
  add(value: T): Handle {
    if (this.#size >= this.#capacity) return 0;
    const index = this.#resting > RESTING ? this.#takeOldest() : this.#grow();
    this.#size += 1;
    this.#values[index] = value;
    return ((this.#generations[index] ?? 1) << INDEX_BITS) | index;
  }

  /** What `handle` names, or `undefined` if it names nothing (any more). */
  get(handle: Handle): T | undefined {
    const index = handle & INDEX_MASK;
    return this.#generations[index] === handle >>> INDEX_BITS ? this.#values[index] : undefined;
  }

  /** Frees `handle`; false if it named nothing. */
  delete(handle: Handle): boolean {
    if (this.get(handle) === undefined) return false;
    const index = handle & INDEX_MASK;
    const generation = handle >>> INDEX_BITS;
    this.#values[index] = undefined;
    this.#generations[index] = generation === LAST_GENERATION ? 1 : generation + 1;
    this.#size -= 1;
    this.#rest(index);
    return true;
  }

  #grow(): number {
    this.#generations.push(1);
    this.#next.push(-1);
    return this.#values.push(undefined) - 1;
  }

  #rest(index: number): void {
    if (this.#newest === -1) this.#oldest = index;
    else this.#next[this.#newest] = index;
    this.#newest = index;
    this.#next[index] = -1;
    this.#resting += 1;
  }

  #takeOldest(): number {
    const index = this.#oldest;
    this.#oldest = this.#next[index] ?? -1;
    this.#resting -= 1;
    return index;
  }
}
