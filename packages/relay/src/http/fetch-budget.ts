/** Memory that all HTTP fetches share. Who finds it used up waits, and is called when there is room again. */
export class FetchBudget {
  readonly #max: number;
  readonly #waiting = new Set<() => void>();
  #bytes = 0;

  /** @param max bytes that may wait for clients, all together. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Bytes that wait now. */
  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    return this.#bytes >= this.#max;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
    // Whoever is called may fill it again; the others then stay where they are.
    for (const wake of [...this.#waiting]) {
      if (this.full) return;
      if (this.#waiting.delete(wake)) wake();
    }
  }

  wait(wake: () => void): void {
    this.#waiting.add(wake);
  }

  leave(wake: () => void): void {
    this.#waiting.delete(wake);
  }
}
