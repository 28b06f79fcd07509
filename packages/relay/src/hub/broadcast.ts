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

  constructor(path: Path, publisher: string, context: FeedContext) {
    this.path = path;
    this.publisher = publisher;
    this.#context = context;
  }

  get feeds(): IterableIterator<Feed> {
    return this.#feeds.values();
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** The feed of a track; a new one when there is none, or the last one is over. */
  feed(track: string): Feed {
    const known = this.#feeds.get(track);
    if (known && !known.closed) return known;
    const feed = new Feed(this.path, track, this.#context);
    this.#feeds.set(track, feed);
    return feed;
  }

  /** Takes out what is over or has been idle for `keep` milliseconds; gives the feeds that may still be delivering. */
  prune(now: number, keep: number): Feed[] {
    const pruned: Feed[] = [];
    for (const [track, feed] of this.#feeds) {
      if (!feed.closed && feed.idleFor(now) <= keep) continue;
      this.#feeds.delete(track);
      pruned.push(feed);
    }
    return pruned;
  }
}
