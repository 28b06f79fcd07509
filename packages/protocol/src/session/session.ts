/**
 * A session is one conversation with one peer, whatever the dialect. Above this line nobody knows versions, streams or
 * varints; below it nobody knows who else is connected. Everything is synchronous: calls return at once, and what the
 * peer says arrives through the handler.
 *
 * Names here are relative to the session's root, as they are on the wire.
 */
import type { HopId, Path, RouteOffer } from "../model/index.ts";
import type { CloseInfo, Connection, RecvEvents, SendEvents, SendStream } from "../transport/index.ts";

export interface Session {
  /** Counts up over all sessions of the process; never reused. */
  readonly id: number;
  readonly connection: Connection;
  /** Such as "moq-lite-06"; "" until `onReady`. */
  readonly version: string;
  /** How frames look in the groups that the peer sends and takes. */
  readonly format: FrameFormat;
  /** The peer's identity: what it said in its Setup, or one that we made for this session. */
  readonly peerHop: HopId;
  /** What the peer said of itself as a relay of our kind; undefined for everybody else. */
  readonly peerNode: NodeHello | undefined;
  /** What the peer wants to do here; a client that only publishes hears no announcements. */
  readonly role: "both" | "publisher" | "subscriber";
  /**
   * Set when the peer said GOAWAY: `trackInfo`, `subscribe` and `fetch` fail with 4 on a later turn from then on, and the
   * peer is not asked. What runs goes on, and announcements are still asked for and heard.
   */
  readonly draining: boolean;
  /** Price of the link by our configuration or the peer's; undefined: neither says one, and announcements cost 1 more. */
  readonly namedCost: number | undefined;
  /** What the peer last said of the way from it to us; undefined until it does. */
  readonly estimate: Estimate | undefined;

  /** Asks the peer for everything that it has at or below `prefix`, from now on. */
  listen(prefix: Path, events: ListenEvents): Cancel;
  /** Asks what a track is. Answered by exactly one of the two events. */
  trackInfo(broadcast: Path, track: string, events: TrackInfoEvents): Cancel;
  subscribe(request: SubscribeRequest, events: UpstreamEvents): Upstream;
  /** Whether the peer says where a subscription begins, by `onStart` (moq-lite 05 and 06). */
  readonly tellsStart: boolean;
  /** Whether no group comes at or behind the end that the peer says (moq-lite-06). On 05 some name the last group itself. */
  readonly endsExactly: boolean;
  /** Whether the peer answers `fetch` (moq-lite 05 and 06). */
  readonly canFetch: boolean;
  /**
   * Asks for one group. `events` hears its frames in the session's format, as behind a group header: `onFin` when all were
   * sent (none at all, where `startFrame` is behind the end), `onReset` when refused or broken off; nothing after `cancel`,
   * nor when the session ends. Where the peer cannot answer it is `onReset` with 0x33, on a later turn.
   */
  fetch(request: FetchRequest, events: RecvEvents): Fetching;
  /**
   * Tells the peer that this side will go away; `uri` says where to go instead ("", or more than 8,192 bytes: unspecified).
   * Only the first call does. The peer's requests are served as before, until `close`. False when nothing was said: not
   * ready, said before, or no such message (01 to 03).
   */
  goaway(uri?: string): boolean;
  close(code: number, reason: string): void;
}

/** How fast the way from one side to the other is, as its sender sees it (PROBE on 03 to 06, SESSION_INFO on 01 and 02). */
export interface Estimate {
  /** Bits per second; 0 = unknown. */
  readonly bitrate: number;
  /** Round trip, milliseconds; 0 = unknown. */
  readonly rtt: number;
}

/** Withdraws a request. Harmless when it has already ended. */
export type Cancel = () => void;

/**
 * What our relays tell each other in a Setup parameter that others ignore. Believed only where the connection itself is
 * trusted (see the cluster).
 */
export interface NodeHello {
  /** Where the node can be dialled, host:port; "" when it told no address. */
  readonly address: string;
  /** It answers for the whole cluster. */
  readonly root: boolean;
  /** Its SUBSCRIBE and FETCH name the publisher that is meant. Told by a peer only: of this side it is always true. */
  readonly namesPublishers?: boolean;
  /** Milliseconds, counted from the hello, until its "nobody has it" can be believed; 0 for a settled node. */
  readonly settling: number;
}

export interface SubscribeRequest {
  readonly broadcast: Path;
  readonly track: string;
  /**
   * Whose groups are meant, by the first hop of the way that is asked by: if the peer would send another's by now, it is to refuse
   * (`STREAM_CODE.old`). Only our relays tell each other. 0, or absent: whoever it is.
   */
  readonly publisher?: HopId | undefined;
  /** 0 … 255, higher first. */
  readonly priority: number;
  /** Milliseconds of media: how much of the past is still wanted, 0 = only the latest group. */
  readonly maxAge: number;
  /**
   * What of the past is wanted at the start: nothing but the latest group ("latest"), the groups from the floor on that
   * `maxAge` still calls fresh ("fresh", moq-lite-06), or all from the floor on that are cached ("all", an explicit start
   * on 03 to 05).
   */
  readonly backlog: "latest" | "fresh" | "all";
  /** No group before this one; 0 = no floor. */
  readonly startGroup: number;
  /** First wanted frame of `startGroup`. */
  readonly startFrame: number;
  /** Last wanted group; undefined = no end. */
  readonly endGroup: number | undefined;
  /** Last wanted frame of `endGroup`; undefined = all. */
  readonly endFrame: number | undefined;
}

/** The part of a subscription that can be changed later. */
export type SubscribeUpdate = Omit<SubscribeRequest, "broadcast" | "track" | "publisher">;

/** One group of a track, or some of its frames, whatever is live. */
export interface FetchRequest {
  readonly broadcast: Path;
  readonly track: string;
  /** As in `SubscribeRequest`. */
  readonly publisher?: HopId | undefined;
  /** 0 … 255, higher first. */
  readonly priority: number;
  readonly group: number;
  /** First wanted frame. Only moq-lite-06 can say it: the answer to a request on 05 begins at 0, see `Fetching`. */
  readonly startFrame: number;
  /** Last wanted frame; undefined = all. On 05 all frames come. */
  readonly endFrame: number | undefined;
}

/** A fetch of ours at the peer. */
export interface Fetching {
  /** The frame with which the answer begins. */
  readonly frameStart: number;
  /** No further event, and the peer is told. */
  cancel(): void;
}

export interface TrackInfo {
  /** 0 … 255, higher first. */
  readonly priority: number;
  /** Milliseconds that groups stay worth having. */
  readonly maxAge: number;
  /** Timestamp units in a second. */
  readonly timescale: number;
}

/** What a peer announces in answer to `listen`. Suffixes are relative to the prefix that was asked for. */
export interface ListenEvents {
  /** All that the peer had when it was asked has been told. `settled` is false from a root that still collects. */
  onComplete(settled: boolean): void;
  onStart(suffix: Path, offer: RouteOffer): void;
  /** Another way, another price or another publisher (another first hop) in place of the last. */
  onRestart(suffix: Path, offer: RouteOffer): void;
  onEnd(suffix: Path): void;
  /** The peer ended the answer: all its routes are withdrawn and none will follow. Not called when the session ends. */
  onClosed(): void;
}

export interface TrackInfoEvents {
  onInfo(info: TrackInfo): void;
  onError(code: number): void;
}

/** A subscription of ours at the peer. */
export interface Upstream {
  update(update: SubscribeUpdate): void;
  /** Leaves. No further event, and open groups are stopped. */
  cancel(): void;
}

export interface UpstreamEvents {
  /** A lower bound of the groups that will come. */
  onStart(group: number): void;
  /** No group at or above this one will come. */
  onEnd(group: number): void;
  /** These groups will never come. */
  onDrop(first: number, last: number, code: number): void;
  /**
   * A group begins at frame `frameStart`. Return who hears the bytes behind the group header, in the session's frame
   * format, or undefined to refuse the group. `stop` refuses what is still to come of it, with a stream code; no further
   * event then.
   */
  onGroup(sequence: number, frameStart: number, stop: (code: number) => void): RecvEvents | undefined;
  /**
   * A datagram: a group of one frame that was never put on a stream (moq-lite 05 and 06). `timestamp` is in units of the
   * track's timescale. The payload is a view, of at most 1,200 bytes: copy what is kept for long.
   */
  onDatagram?(sequence: number, timestamp: number, payload: Uint8Array): void;
  /** The track is over; groups may still be on their way. */
  onDone(): void;
  /** Refused, or broken off by the peer. Last event. Not called when the session ends: `SessionHandler.onClosed` is. */
  onError(code: number): void;
}

/** How frames look in a group: with a timestamp before each (05, 06) or bare (01 to 04). */
export type FrameFormat = "timed" | "plain";

/** Who asked for a subscription here, as the hub sees it. */
export interface Subscriber {
  /** What the peer's groups must look like. */
  readonly format: FrameFormat;
  /** Where its group streams are opened. */
  readonly connection: Pick<Connection, "carrier" | "handle">;
  /** The peer's identity, for split horizon. */
  readonly peerHop: HopId;
  /** It has an identity of its own in hop lists, as relays do: what it reads may go on from there. */
  readonly named?: boolean;
  /** Its session has ended, which is why it leaves: whoever it was may come back. */
  readonly gone?: boolean;
  /**
   * What a group stream for this subscription begins with. The bytes are valid until the next call of any session's
   * `groupHeader` or `datagramHeader`.
   */
  groupHeader(sequence: number, frameStart: number): Uint8Array;
  /**
   * What a datagram for this subscription begins with, for `Carrier.sendDatagrams`; valid as long as a `groupHeader`.
   * Undefined where the peer cannot be sent one with `length` bytes of payload: version, binding or size (1,200 bytes in
   * all) forbid it. A group that was a datagram is never put on a stream in its place.
   */
  datagramHeader?(sequence: number, timestamp: number, length: number): Uint8Array | undefined;
  /** Sends one datagram to this subscriber alone, where the carrier has no call for many. False when it was dropped. */
  sendDatagram?(sequence: number, timestamp: number, payload: Uint8Array): boolean;
  /** The track exists (03 and 04 say so to the peer). At most once, before `started`. */
  accepted(info: TrackInfo): void;
  /** No group below this one will be sent. At most once. */
  started(group: number): void;
  /** No group at or above this one will be sent. */
  ended(group: number): void;
  dropped(first: number, last: number, code: number): void;
  /** All is sent: ends the subscription. */
  finish(): void;
  /** Refuses the subscription, or breaks it off. */
  fail(code: number): void;
}

/** A subscription of the peer here, as the session sees it. */
export interface Subscription {
  update(update: SubscribeUpdate): void;
  /** The peer left, or the session ended. The subscriber is not called again. */
  cancel(): void;
}

/** Who asked for one group, as the hub sees it. */
export interface Fetcher {
  /** What the frames must look like. */
  readonly format: FrameFormat;
  /** The connection of the stream that `accept` returns. */
  readonly connection: Pick<Connection, "carrier" | "handle">;
  /** The peer's identity, for split horizon. */
  readonly peerHop: HopId;
  /**
   * Begins the answer; once. The stream takes the frames from the first wanted one on, as they stand behind a group header
   * (the first timestamp absolute), and then `finish`; it may be written and finished by its handle, beside others of its
   * carrier. Its priority is 0 until set. `events` hears of it what a stream of ours hears; after `onStopped` (also where
   * the peer gave up its request) and `onOverflow` the request is cancelled too, after `onDelivered` it is over.
   */
  accept(events: SendEvents): SendStream;
  /** Refuses, or breaks the answer off: always by this, so that the session knows. The request is not cancelled then. */
  fail(code: number): void;
}

/** Where announcements for one request of the peer go. `suffix` is relative to the prefix that it asked for. */
export interface Announcer {
  /**
   * The first answer: everything that matches now. May be called late (a root that still collects), but exactly once and
   * before any of the others.
   */
  begin(routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void;
  start(suffix: Path, offer: RouteOffer): void;
  restart(suffix: Path, offer: RouteOffer): void;
  end(suffix: Path): void;
}

/** Answers a request for track info, with exactly one of the two calls. */
export interface TrackInfoAnswer {
  info(info: TrackInfo): void;
  fail(code: number): void;
}

/** What a session asks of the relay it belongs to. Every call returns at once. */
export interface SessionHandler {
  /** The version is agreed and the peer's Setup (if it has one) was read: identity and role are known. */
  onReady(): void;
  /** The peer wants announcements at and below `prefix`. The result is called when it no longer does. */
  onListen(prefix: Path, announcer: Announcer): Cancel;
  onTrackInfo(broadcast: Path, track: string, answer: TrackInfoAnswer): Cancel;
  onSubscribe(request: SubscribeRequest, subscriber: Subscriber): Subscription;
  /**
   * The peer wants one group. The result is called when it no longer does, or the session ends. Without this every fetch
   * is refused.
   */
  onFetch?(request: FetchRequest, fetcher: Fetcher): Cancel;
  /** The peer is going away (moq-lite 04+). */
  onGoaway(uri: string): void;
  /** The peer says how fast the way from it to us is: `Session.estimate` has changed. */
  onEstimate?(estimate: Estimate): void;
  /** Last event. Everything that the peer asked for has been cancelled before. */
  onClosed(info: CloseInfo): void;
}
