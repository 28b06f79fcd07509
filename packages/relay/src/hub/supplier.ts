import { type HopId, NO_HOP, type Path } from "@moq-relay/protocol/model";
import type {
  Cancel,
  Fetching,
  FetchRequest,
  FrameFormat,
  SubscribeRequest,
  TrackInfoEvents,
  Upstream,
  UpstreamEvents,
} from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";

/** Where tracks come from: a session, or a publisher in this process. */
export interface Supplier {
  /** How frames look in the groups that it delivers. */
  readonly format: FrameFormat;
  trackInfo(broadcast: Path, track: string, events: TrackInfoEvents): Cancel;
  subscribe(request: SubscribeRequest, events: UpstreamEvents): Upstream;
  /** Whether it says, beside the groups, where a subscription begins (`UpstreamEvents.onStart`). */
  readonly tellsStart: boolean;
  /** Whether the end that it says (`UpstreamEvents.onEnd`) is behind the last group; else it may be that group. */
  readonly endsExactly: boolean;
  /** Whether it answers `fetch`. */
  readonly canFetch: boolean;
  /** Asks for one group; see `Session.fetch`. */
  fetch(request: FetchRequest, events: RecvEvents): Fetching;
}

/** One way to the publisher of a broadcast. */
export interface Candidate {
  /** The link that it leads over; two candidates of one link are the same way. */
  readonly link: number;
  /** Identity of the publisher, its hop: ways with the same one lead to the same bytes. */
  readonly publisher: HopId;
  /** Publisher first, the neighbour last: who may not be served from it. */
  readonly hops: readonly HopId[];
  readonly supplier: Supplier;
  /** Nothing has been heard on it lately: another way is to be taken at once, not when it is convenient. */
  readonly suspect: boolean;
}

/** Whether a way leads through a peer, which may not be served from it. */
export function leadsThrough({ hops }: Candidate, peer: HopId): boolean {
  return peer !== NO_HOP && hops.includes(peer);
}

/** Finds ways to broadcasts; the hub asks, routing and the cluster know. Paths are absolute. */
export interface Locator {
  /**
   * Usable ways to the publisher of `path`, best first; empty when none is known. With `asker` without those that lead
   * through it (split horizon), but never those to another publisher.
   */
  candidates(path: Path, asker: HopId): readonly Candidate[];
  /** The publisher that this link leads to now; undefined: to none. */
  publisherBy(link: number, path: Path): HopId | undefined;
  /** Whether nothing has been heard on this link lately: as `Candidate.suspect`, also where it is nobody's way any more. */
  isSuspect(link: number): boolean;
  /** Looks further (asks a root). `done` is called once: with true when `candidates` has something now. */
  seek(path: Path, asker: HopId, done: (found: boolean) => void): Cancel;
  /** Why nobody can be given this broadcast now: the stream code to say so. */
  refusal(path: Path): number;
  /** Calls `changed` after every change of the ways to `path`, until cancelled. */
  watch(path: Path, changed: () => void): Cancel;
  /** A broadcast is being carried over this candidate; called again when it changes, with undefined when it ends. */
  carried(path: Path, candidate: Candidate | undefined): void;
}
