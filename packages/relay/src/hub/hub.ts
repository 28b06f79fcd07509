import { type Clock, type HopId, NO_HOP, type Path, STREAM_CODE } from "@moq-relay/protocol/model";
import type {
  Cancel,
  Fetcher,
  FetchRequest,
  SubscribeRequest,
  Subscriber,
  SubscribeUpdate,
  Subscription,
  TrackInfoAnswer,
} from "@moq-relay/protocol/session";
import { Broadcast } from "./broadcast.ts";
import { HubCounters } from "./counters.ts";
import type { Feed } from "./feed.ts";
import type { FeedContext, FeedOptions } from "./feed-context.ts";
import { FetchReader } from "./fetch-reader.ts";
import type { FetchContext, FetchOptions } from "./fetched-group.ts";
import { Reader } from "./reader.ts";
import type { Asker } from "./scout.ts";
import type { Candidate, Locator } from "./supplier.ts";

export interface HubOptions extends FeedOptions, FetchOptions {
  /** Milliseconds that is remembered what a track is after its last reader left, or that its last groups may still take. */
  readonly keepIdle: number;
  /** Tracks of one broadcast that are read, or asked about, at once. */
  readonly maxTracks: number;
  /** Milliseconds between two sweeps. */
  readonly sweepEvery: number;
  /** Whether a broadcast is the relays' own talk: it is no media, and nobody's reason to stay. Default: none is. */
  readonly isTalk?: (path: Path) => boolean;
  /** Broadcasts that clients are to have by two ways at once. */
  readonly standby?: (path: Path) => boolean;
}

/**
 * A relay means the publisher that the path led to until a moment ago; the news that it is another one crosses its request on the
 * link. What it gets here it would mix with what it has.
 */
function isAnother(broadcast: Broadcast, { publisher }: Pick<SubscribeRequest, "publisher">): boolean {
  return publisher !== undefined && publisher !== NO_HOP && publisher !== broadcast.publisher;
}

/**
 * Where readers meet publishers: whoever asks for a track is joined to its feed, and a feed is made when there is none. The
 * hub knows neither sessions nor the cluster; ways to broadcasts come from the `Locator`. All paths are absolute.
 */
export class Hub {
  readonly #clock: Clock;
  readonly #options: HubOptions;
  readonly #locator: Locator;
  readonly #broadcasts = new Map<Path, Broadcast>();
  readonly #watches = new Map<Broadcast, Cancel>();
  /** Feeds that are over, whose last groups are still being delivered. */
  readonly #retired = new Set<Feed>();
  /** The same, for broadcasts whose bytes are not counted as media. */
  readonly #talk: HubOptions;
  readonly #load = { underWay: 0 };
  #rank = 0;
  #sweeping: { cancel(): void };

  constructor(clock: Clock, options: HubOptions, locator: Locator) {
    this.#clock = clock;
    this.#options = options;
    this.#talk = { ...options, counters: new HubCounters() };
    this.#locator = locator;
    this.#sweeping = this.#sweepLater();
  }

  /** Broadcasts that somebody reads here (or has, lately). */
  get broadcasts(): IterableIterator<Broadcast> {
    return this.#broadcasts.values();
  }

  /** Subscriptions that are being served, but for the relays' own talk. */
  get readers(): number {
    let sum = 0;
    for (const broadcast of this.#broadcasts.values()) if (!this.#isTalk(broadcast.path)) sum += broadcast.readers;
    return sum;
  }

  /** Fetches upstream that are under way. */
  get fetching(): number {
    return this.#load.underWay;
  }

  trackInfo(path: Path, track: string, asker: Asker, answer: TrackInfoAnswer): Cancel {
    let cancel: Cancel = () => {};
    const locating = this.#locate(path, asker.hop, (broadcast) => {
      const feed = broadcast?.feed(track);
      if (feed) cancel = feed.ask(asker, answer);
      else answer.fail(broadcast ? STREAM_CODE.noCapacity : this.#locator.refusal(path));
    });
    return () => {
      locating();
      cancel();
    };
  }

  subscribe(request: SubscribeRequest, subscriber: Subscriber): Subscription {
    const reader = new Reader(subscriber, request);
    let feed: Feed | undefined;
    const locating = this.#locate(request.broadcast, subscriber.peerHop, (broadcast) => {
      if (broadcast && isAnother(broadcast, request)) return this.#refuse(subscriber, STREAM_CODE.old);
      feed = broadcast?.feed(request.track);
      if (feed) return feed.attach(reader);
      this.#refuse(subscriber, broadcast ? STREAM_CODE.noCapacity : this.#locator.refusal(request.broadcast));
    });
    return {
      update: (update: SubscribeUpdate) => (feed ? feed.update(reader, update) : reader.update(update)),
      cancel: () => {
        locating();
        feed?.detach(reader);
      },
    };
  }

  #refuse(subscriber: Subscriber, code: number): void {
    this.#options.counters.subscriptionsRefused += 1;
    subscriber.fail(code);
  }

  /** One group by its number: from what is here or under way, else from upstream. The fetcher is told if it cannot be had. */
  fetch(request: FetchRequest, fetcher: Fetcher): Cancel {
    const reader = new FetchReader(request, fetcher, this.#options.counters);
    const locating = this.#locate(request.broadcast, fetcher.peerHop, (broadcast) => {
      if (broadcast && isAnother(broadcast, request)) reader.broken(STREAM_CODE.old);
      else if (broadcast) broadcast.fetch(reader);
      else reader.broken(this.#locator.refusal(request.broadcast));
    });
    return () => {
      locating();
      reader.leave();
    };
  }

  /** Whether somebody can be asked for single groups of a broadcast. */
  canFetch(path: Path): boolean {
    return this.#locator.candidates(path, NO_HOP).some(({ supplier }) => supplier.canFetch);
  }

  /** A link is gone; feeds that came over it look for another, and wait for one if it `mayReturn`. */
  linkLost(link: number, mayReturn: boolean): void {
    for (const broadcast of [...this.#broadcasts.values()]) {
      for (const feed of broadcast.feeds) feed.linkLost(link, mayReturn);
      broadcast.fetches.linkLost(link);
    }
  }

  /** A link has fallen silent, or is heard again. What comes by it may have no route there any more. */
  linkSuspect(link: number): void {
    for (const broadcast of [...this.#broadcasts.values()]) {
      for (const feed of broadcast.feeds) if (feed.candidate?.link === link) feed.reroute();
      broadcast.fetches.reroute();
    }
  }

  close(code: number): void {
    this.#sweeping.cancel();
    for (const broadcast of [...this.#broadcasts.values()]) this.#remove(broadcast, code);
    for (const feed of this.#retired) feed.release(code);
    this.#retired.clear();
  }

  /** Calls back at once when a way is known, else when one was found or nobody has the broadcast. */
  #locate(path: Path, asker: HopId, done: (broadcast: Broadcast | undefined) => void): Cancel {
    const best = this.#locator.candidates(path, asker)[0];
    if (best) {
      done(this.#broadcast(path, best));
      return () => {};
    }
    return this.#locator.seek(path, asker, () => {
      const found = this.#locator.candidates(path, asker)[0];
      done(found && this.#broadcast(path, found));
    });
  }

  #broadcast(path: Path, { publisher }: Candidate): Broadcast {
    const known = this.#broadcasts.get(path);
    if (known?.publisher === publisher) return known;
    if (known) this.#remove(known, STREAM_CODE.old);
    const context: FeedContext & FetchContext = {
      clock: this.#clock,
      options: this.#isTalk(path) ? this.#talk : this.#options,
      load: this.#load,
      standby: this.#options.standby?.(path) ?? false,
      candidates: () => this.#locator.candidates(path, NO_HOP).filter((candidate) => candidate.publisher === publisher),
      isSuspect: (link) => this.#locator.isSuspect(link),
      strays: (link) => (this.#locator.publisherBy(link, path) ?? publisher) !== publisher,
      nextRank: () => this.#rank++,
      carried: (_, candidate) => this.#locator.carried(path, candidate ?? this.#stillCarried(path)),
    };
    const broadcast = new Broadcast(path, publisher, context, this.#options.maxTracks);
    this.#broadcasts.set(path, broadcast);
    const watch = this.#locator.watch(path, () => this.#rerouted(broadcast));
    this.#watches.set(broadcast, watch);
    return broadcast;
  }

  /** The route of another track of the broadcast, when one no longer needs its own. */
  #stillCarried(path: Path): Candidate | undefined {
    for (const feed of this.#broadcasts.get(path)?.feeds ?? []) if (feed.candidate) return feed.candidate;
    return undefined;
  }

  #isTalk(path: Path): boolean {
    return this.#options.isTalk?.(path) ?? false;
  }

  /** The ways to a broadcast are not what they were. */
  #rerouted(broadcast: Broadcast): void {
    const best = this.#locator.candidates(broadcast.path, NO_HOP)[0];
    // Without any route a running feed goes on: it ends only by its own link or its publisher.
    if (!best) return;
    if (best.publisher !== broadcast.publisher) this.#remove(broadcast, STREAM_CODE.old);
    else {
      for (const feed of broadcast.feeds) feed.reroute();
      broadcast.fetches.reroute();
    }
  }

  #remove(broadcast: Broadcast, code: number): void {
    this.#forget(broadcast);
    for (const feed of broadcast.close(code)) this.#retired.add(feed);
  }

  #forget(broadcast: Broadcast): void {
    if (this.#broadcasts.get(broadcast.path) === broadcast) this.#broadcasts.delete(broadcast.path);
    this.#watches.get(broadcast)?.();
    this.#watches.delete(broadcast);
  }

  #sweepLater(): { cancel(): void } {
    return this.#clock.after(this.#options.sweepEvery, () => {
      this.#sweep(this.#clock.now());
      this.#sweeping = this.#sweepLater();
    });
  }

  #sweep(now: number): void {
    for (const broadcast of [...this.#broadcasts.values()]) {
      for (const feed of broadcast.feeds) feed.sweep(now);
      for (const feed of broadcast.prune(now, this.#keep(broadcast))) this.#retired.add(feed);
      if (broadcast.size === 0) this.#forget(broadcast);
    }
    for (const feed of this.#retired) {
      feed.sweep(now);
      if (feed.undelivered > 0 && feed.idleFor(now) <= this.#options.keepIdle) continue;
      feed.release(STREAM_CODE.old);
      this.#retired.delete(feed);
    }
  }

  /** How long an idle feed is worth keeping: not at all when its publisher is gone too. */
  #keep(broadcast: Broadcast): number {
    const gone = broadcast.readers === 0 && this.#locator.candidates(broadcast.path, NO_HOP).length === 0;
    return gone ? 0 : this.#options.keepIdle;
  }
}
