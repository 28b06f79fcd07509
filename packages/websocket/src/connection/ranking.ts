/** Something that waits its turn in a `Ranking`; the ranking owns all but the priority. */
export interface Ranked<T extends Ranked<T>> {
  /** Higher goes first; changed through the ranking while it is in one. */
  priority: number;
  /** Among equals, lower goes first. */
  turn: number;
  /** Position in the heap. */
  place: number;
  /** The ranking that it is in. */
  ranking: Ranking<T> | undefined;
}

/** A queue by priority, first come first served among equals: a binary heap whose members know their places. */
export class Ranking<T extends Ranked<T>> {
  readonly #heap: T[] = [];
  #turns = 0;

  get size(): number {
    return this.#heap.length;
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  /** Adds `item`, which is in no ranking, behind all of its priority. */
  add(item: T): void {
    item.turn = this.#turns++;
    item.ranking = this;
    this.#rise(this.#heap.length, item);
  }

  /** Takes out `item`, which is in this ranking. */
  remove(item: T): void {
    const last = this.#heap.pop();
    item.ranking = undefined;
    if (last !== undefined && last !== item) this.#settle(item.place, last);
  }

  /** Puts `item` behind all of its priority. */
  toTheBack(item: T): void {
    item.turn = this.#turns++;
    this.#settle(item.place, item);
  }

  setPriority(item: T, priority: number): void {
    item.priority = priority;
    this.#settle(item.place, item);
  }

  #settle(place: number, item: T): void {
    const parent = place > 0 ? this.#heap[(place - 1) >> 1] : undefined;
    if (parent !== undefined && goesBefore(item, parent)) this.#rise(place, item);
    else this.#sink(place, item);
  }

  #rise(from: number, item: T): void {
    let place = from;
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1]!;
      if (!goesBefore(item, parent)) break;
      this.#put(place, parent);
      place = (place - 1) >> 1;
    }
    this.#put(place, item);
  }

  #sink(from: number, item: T): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      const right = this.#heap[left + 1];
      let child = this.#heap[left];
      if (child === undefined) break;
      if (right !== undefined && goesBefore(right, child)) child = right;
      if (!goesBefore(child, item)) break;
      const next = child.place;
      this.#put(place, child);
      place = next;
    }
    this.#put(place, item);
  }

  #put(place: number, item: T): void {
    this.#heap[place] = item;
    item.place = place;
  }
}

function goesBefore<T extends Ranked<T>>(a: T, b: T): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.turn < b.turn);
}
