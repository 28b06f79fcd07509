import type { Clock } from "@moq-relay/protocol/model";
import type { Feed } from "./feed.ts";
import type { GroupsOptions } from "./groups.ts";
import type { Candidate } from "./supplier.ts";

export interface FeedOptions extends GroupsOptions {
  /** Milliseconds that readers wait for another route after the last was lost. */
  readonly linger: number;
  /** Milliseconds after which a move to a better route no longer waits for the next group. */
  readonly handoverPatience: number;
  /** Milliseconds that groups are kept where the publisher has not said. */
  readonly defaultMaxAge: number;
}

/** What a feed asks of the hub. */
export interface FeedContext {
  readonly clock: Clock;
  readonly options: FeedOptions;
  /** Readers are to have it by two ways at once, where there are two. */
  readonly standby: boolean;
  /** Usable ways to this publisher, best first. */
  candidates(): readonly Candidate[];
  /** Whether this link has fallen silent. */
  isSuspect(link: number): boolean;
  /** Whether this link leads to another publisher by now. */
  strays(link: number): boolean;
  /** The next place in the order of arrival of groups. */
  nextRank(): number;
  /** The track now comes over this route, or (undefined) is not wanted any more. */
  carried(feed: Feed, candidate: Candidate | undefined): void;
}

/** In place of the time when the joining source was made: it takes over at any frame, and need not be told so. */
export const AT_ONCE: number = Number.POSITIVE_INFINITY;

/** Milliseconds that groups may still take whose publisher has finished without saying exactly where its track ends. */
export const TAIL: number = 1_000;

/** Milliseconds that a publisher has to say where it begins when a group has come that need not be its first. */
export const START_PATIENCE: number = 50;

/** Milliseconds without a byte after which a source that only finishes its groups is not waited for: the one in use is asked. */
export const LEAVING_PATIENCE: number = 300;

/** Milliseconds that a second source has to show that it brings the same bytes. */
export const SPARE_PATIENCE: number = 2_000;

/** Milliseconds without a byte after which a better way is not asked to show first that it brings the same. */
export const FLOWING: number = 1_000;
