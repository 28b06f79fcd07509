import type { Path } from "@moq-relay/protocol/model";
import { Feed, type FeedContext } from "./feed.ts";

/**
 * What is being read of one publisher at one path: a feed for each track. Another publisher at the path, even of the same
 * name, is another broadcast: its bytes have nothing to do with these.
 */
export class Broadcast {
  readonly path: Path;
  /** Identity of the publisher's instance. */
  readonly publisher: string;
  readonly #feeds = new Map<string, Feed>();
  readonly #context: FeedContext;
  readonly #maxTracks: number;
  /** Feeds that are over and whose place another has taken. */
  #replaced: Feed[] = [];

  /** @param maxTracks tracks that may be read, or asked about, at once. */
  constructor(path: Path, publisher: string, context: FeedContext, maxTracks: number) {
    this.path = path;
    this.publisher = publisher;
    this.#context = context;
    this.#maxTracks = maxTracks;
  }

  get feeds(): IterableIterator<Feed> {
    return this.#feeds.values();
  }

  get size(): number {
    return this.#feeds.size;
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

  /** Takes out what is over or has been idle for `keep` milliseconds; gives the feeds that may still be delivering. */
  prune(now: number, keep: number): Feed[] {
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
    this.#replaced = [];
    this.#feeds.clear();
    return all;
  }
}
