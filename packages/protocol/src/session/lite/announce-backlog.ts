import type { Path, RouteOffer } from "../../model/index.ts";

/** A name of the first answer that has not been told. */
interface Promised {
  offer: RouteOffer;
  /** It has ended meanwhile. */
  gone: boolean;
}

/** Where what waits is told. False: for now that was enough. */
export interface BacklogSink {
  offer(suffix: Path, offer: RouteOffer): boolean;
  end(suffix: Path): boolean;
}

/**
 * What a listener that reads slowly has not been told yet: of each name only the last state. So it holds at most the names that
 * the listener knows, those that are live, and those of the first answer.
 */
export class AnnounceBacklog {
  readonly #promised = new Map<Path, Promised>();
  /** Names that the listener knows, and whose broadcast has ended. */
  readonly #ended = new Set<Path>();
  /** What names are now; where the name has ended too, it is another broadcast. */
  readonly #now = new Map<Path, RouteOffer>();

  /** Names that wait. */
  get size(): number {
    return this.#promised.size + this.#ended.size + this.#now.size;
  }

  /** A name of a first answer whose length has been told: there will be a START for it, whatever becomes of it. */
  promise(suffix: Path, offer: RouteOffer): void {
    this.#promised.set(suffix, { offer, gone: false });
  }

  offer(suffix: Path, offer: RouteOffer): void {
    const promised = this.#promised.get(suffix);
    if (!promised) {
      this.#now.set(suffix, offer);
      return;
    }
    promised.offer = offer;
    promised.gone = false;
  }

  /** @param known whether the listener was told of it. */
  end(suffix: Path, known: boolean): void {
    const promised = this.#promised.get(suffix);
    if (promised) {
      promised.gone = true;
      return;
    }
    this.#now.delete(suffix);
    if (known) this.#ended.add(suffix);
  }

  /**
   * Tells what waits, until the sink has enough: the rest of the first answer, for the listener counts it; then all ends, so
   * that it never has more live at once than there is; then what is new.
   */
  drain(sink: BacklogSink): void {
    for (const [suffix, { offer, gone }] of this.#promised) {
      this.#promised.delete(suffix);
      if (gone) this.#ended.add(suffix);
      if (!sink.offer(suffix, offer)) return;
    }
    for (const suffix of this.#ended) {
      this.#ended.delete(suffix);
      if (!sink.end(suffix)) return;
    }
    for (const [suffix, offer] of this.#now) {
      this.#now.delete(suffix);
      if (!sink.offer(suffix, offer)) return;
    }
  }

  clear(): void {
    this.#promised.clear();
    this.#ended.clear();
    this.#now.clear();
  }
}
