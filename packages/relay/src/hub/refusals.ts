import type { Candidate } from "./supplier.ts";

/**
 * Who refused a track, and the way that he had told then: he is asked again when he tells another. Before that, what he gives
 * under this name may be another publisher's, of which we have not heard yet.
 */
export class Refusals {
  /** By link. */
  readonly #ways = new Map<number, string>();

  add(way: Candidate): void {
    this.#ways.set(way.link, wordOf(way));
  }

  has(way: Candidate): boolean {
    return this.#ways.get(way.link) === wordOf(way);
  }

  /** He brings it now. */
  forget({ link }: Candidate): void {
    this.#ways.delete(link);
  }

  /** Everybody is asked again. */
  clear(): void {
    this.#ways.clear();
  }
}

function wordOf({ hops }: Candidate): string {
  return hops.join();
}
