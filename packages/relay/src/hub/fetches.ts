import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { FetchReader } from "./fetch-reader.ts";
import { type FetchContext, FetchedGroup } from "./fetched-group.ts";

/** The groups of one publisher that were fetched by number: under way, or kept for the next who asks. */
export class Fetches {
  readonly #context: FetchContext;
  readonly #groups = new Map<string, FetchedGroup>();

  constructor(context: FetchContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#groups.size;
  }

  get groups(): IterableIterator<FetchedGroup> {
    return this.#groups.values();
  }

  /** Gives the reader its group: what is here or under way, else by a fetch upstream. */
  join(reader: FetchReader): void {
    const { track, group } = reader.fetch;
    const key = `${group} ${track}`;
    const known = this.#groups.get(key);
    if (known) return known.join(reader);
    const { load, options } = this.#context;
    if (load.underWay >= options.maxFetches) return reader.broken(STREAM_CODE.noCapacity);
    const fetched = new FetchedGroup(reader.fetch, this.#context, () => {
      if (this.#groups.get(key) === fetched) this.#groups.delete(key);
    });
    this.#groups.set(key, fetched);
    fetched.join(reader);
  }

  reroute(): void {
    for (const fetched of [...this.#groups.values()]) fetched.reroute();
  }

  linkLost(link: number): void {
    for (const fetched of [...this.#groups.values()]) fetched.linkLost(link);
  }

  /** @param keep milliseconds that a group is kept that nobody reads. */
  sweep(now: number, keep: number): void {
    for (const fetched of [...this.#groups.values()]) fetched.sweep(now, keep);
  }

  /** The publisher is gone, or the relay closes. */
  close(code: number): void {
    const all = [...this.#groups.values()];
    this.#groups.clear();
    for (const fetched of all) fetched.close(code);
  }
}
