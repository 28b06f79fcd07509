import type { HopId, Path } from "@moq-relay/protocol/model";
import { Feed } from "./feed.ts";
import type { FeedContext } from "./feed-context.ts";
import { fetchFromFeed } from "./fetch-from-feed.ts";
import type { FetchReader } from "./fetch-reader.ts";
import type { FetchContext } from "./fetched-group.ts";
import { Fetches } from "./fetches.ts";

/**
 * What is being read of one publisher at one path: a feed for each track. Another publisher at the path, even of the same
 * name, is another broadcast: its bytes have nothing to do with these.
 */
export class Broadcast {
  readonly path: Path;
  readonly publisher: HopId;
  readonly fetches: Fetches;
  readonly #feeds = new Map<string, Feed>();
  readonly #context: FeedContext;
  readonly #maxTracks: number;
  /** Feeds that are over and whose place another has taken. */
  #replaced: Feed[] = [];

  /** @param maxTracks tracks that may be read, or asked about, at once. */
  constructor(path: Path, publisher: HopId, context: FeedContext & FetchContext, maxTracks: number) {
    this.fetches = new Fetches(context);
    this.path = path;
    this.publisher = publisher;
    this.#context = context;
    this.#maxTracks = maxTracks;
  }

  get feeds(): IterableIterator<Feed> {
    return this.#feeds.values();
  }

  /** Tracks and fetched groups. */
  get size(): number {
    return this.#feeds.size + this.fetches.size;
  }

  get readers(): number {
    let sum = 0;
    for (const feed of this.#feeds.values()) sum += feed.readers;
    return sum;
  }

  /** The feed of a track; a new one when there is none, or the last one is over. Undefined when there are too many. */
  feed(track: string): Feed | undefined {
    const known = this.#feeds.get(track);
    if (known && !known.closed) return known;
    if (!known && this.#feeds.size >= this.#maxTracks) return undefined;
    if (known) this.#replaced.push(known);
    const feed = new Feed(this.path, track, this.#context);
    this.#feeds.set(track, feed);
    return feed;
  }

  /** One group by number: what a subscription brings, else what was fetched or is to be. */
  fetch(reader: FetchReader): void {
    const feed = this.#feeds.get(reader.fetch.track);
    if (!feed || !fetchFromFeed(feed, reader)) this.fetches.join(reader);
  }

  /** Takes out what is over or has been idle for `keep` milliseconds; gives the feeds that may still be delivering. */
  prune(now: number, keep: number): Feed[] {
    this.fetches.sweep(now, keep);
    const pruned = this.#replaced;
    this.#replaced = [];
    for (const [track, feed] of this.#feeds) {
      if (!feed.disposable(now, keep)) continue;
      this.#feeds.delete(track);
      pruned.push(feed);
    }
    return pruned;
  }

  /** Ends it for everybody; gives the feeds that may still be delivering. */
  close(code: number): Feed[] {
    const all = [...this.#replaced, ...this.#feeds.values()];
    for (const feed of all) feed.close(code);
    this.fetches.close(code);
    this.#replaced = [];
    this.#feeds.clear();
    return all;
  }
}
