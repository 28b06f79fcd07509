/** Something that waits its turn in a `Ranking`, which owns `order` and `place`. */
export interface Ranked {
  /** Higher goes first. */
  priority: number;
  /** Among equal priorities, lower goes first. */
  order: number;
  /** Where it stands in its ranking, or -1 outside. */
  place: number;
}

/** Used for `Ranked.place` outside of a ranking. */
export const NOWHERE = -1;

function before(a: Ranked, b: Ranked): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.order < b.order);
}

/** A queue by priority, first come first served within one; what waits in it can be ranked anew or leave. */
export class Ranking<T extends Ranked> {
  readonly #heap: T[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  /** Adds `item`, behind all others of its priority. */
  add(item: T): void {
    item.order = this.#order++;
    this.#rise(this.#heap.push(item) - 1, item);
  }

  /** Takes `item` out; it must be in this ranking. */
  remove(item: T): void {
    const place = item.place;
    item.place = NOWHERE;
    const last = this.#heap.pop();
    if (last !== undefined && last !== item) this.#settle(place, last);
  }

  /** `item` goes behind all others of its priority. */
  requeue(item: T): void {
    item.order = this.#order++;
    this.#settle(item.place, item);
  }

  /** Changes the priority of `item`, which must be in this ranking; it keeps its age. */
  rerank(item: T, priority: number): void {
    item.priority = priority;
    this.#settle(item.place, item);
  }

  #settle(place: number, item: T): void {
    const parent = this.#heap[(place - 1) >> 1];
    if (place > 0 && parent !== undefined && before(item, parent)) this.#rise(place, item);
    else this.#sink(place, item);
  }

  #rise(from: number, item: T): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !before(item, above)) break;
      this.#put(place, above);
      place = parent;
    }
    this.#put(place, item);
  }

  #sink(from: number, item: T): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      let below = this.#heap[child];
      if (below === undefined) break;
      const right = this.#heap[child + 1];
      if (right !== undefined && before(right, below)) {
        child += 1;
        below = right;
      }
      if (!before(below, item)) break;
      this.#put(place, below);
      place = child;
    }
    this.#put(place, item);
  }

  #put(place: number, item: T): void {
    this.#heap[place] = item;
    item.place = place;
  }
}
