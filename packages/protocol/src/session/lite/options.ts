import type { Clock, HopId } from "../../model/index.ts";
import { DEFAULT_CARRIER_LIMITS } from "../../transport/index.ts";
import { EXCHANGE_PREFERENCE, type Version, type VersionName } from "../../wire/index.ts";
import type { NodeHello } from "../session.ts";
import type { Rate } from "./token-bucket.ts";

/** What every session of a relay is given. */
export interface LiteOptions {
  readonly clock: Clock;
  /** The relay's own identity in hop lists. */
  readonly hop: HopId;
  /** An identity for a peer that names none; each call another. */
  freshHop(): HopId;
  /** What our nodes tell each other; undefined for a relay that is no node of a cluster. */
  hello(): NodeHello | undefined;
  /** Price of the link by configuration, which the peer is told; undefined: the peer's, or else 1. */
  readonly linkCost?: number | undefined;
  readonly limits: LiteLimits;
  readonly probe?: Partial<ProbeOptions>;
  /** Versions that the SETUP exchange may agree on; those that are agreed on before are not its business. All if not given. */
  readonly versions?: readonly VersionName[];
}

/** How sessions tell each other how fast the way between them is. */
export interface ProbeOptions {
  /** The peer's probes are answered, and our Setup says so where the transport has something to tell. True if not given. */
  readonly answer: boolean;
  /** We ask the peer, where it answers: see `Session.estimate`. False if not given. */
  readonly ask: boolean;
  /** Milliseconds between two looks at the transport's statistics, so the shortest between two reports. 500 if not given. */
  readonly interval: number;
}

export interface LiteLimits {
  /** Milliseconds from the connection to the peer's Setup. */
  readonly handshakeTimeout: number;
  /**
   * Milliseconds from the first byte of a control message to its last, and from the opening of a stream to its first whole
   * message. Then the stream ends with 0x31, or the session with 0x11 where it cannot go on without. 10,000 if not given.
   */
  readonly messageTimeout?: number;
  /** Largest control message, bytes. */
  readonly maxMessage: number;
  /** Requests of one kind that the peer may have open at once: subscriptions, track questions, announce requests. */
  readonly maxSubscriptions: number;
  readonly maxListens: number;
  /** Fetches of the peer under way at once; further ones are refused with 0x30. 64 if not given. */
  readonly maxFetches?: number;
  /** Probe streams of the peer at once. 2 if not given. */
  readonly maxProbes?: number;
  /** New requests of the peer; those beyond it are refused with 0x30, a flood ends the session with 3. No limit if not given. */
  readonly requestRate?: Rate;
  /**
   * Updates of the peer's subscriptions; those beyond it wait up to 100 ms, and of each subscription only the last one
   * counts; a flood ends the session with 3. No limit if not given.
   */
  readonly updateRate?: Rate;
  /** Broadcasts that the peer may announce in answer to one request. */
  readonly maxAnnounced: number;
  /** The carrier's `highMark`, bytes: announcements wait when a stream has more queued. That of most carriers if not given. */
  readonly highMark?: number;
  /**
   * Announcements that wait for a peer that reads slowly, all its requests together; the request that goes beyond it is reset
   * with 5. 200,000 if not given.
   */
  readonly maxUntold?: number;
}

/** What holds where a limit is not given. */
export const DEFAULT_LIMITS: Required<
  Pick<LiteLimits, "messageTimeout" | "maxFetches" | "maxProbes" | "highMark" | "maxUntold">
> = {
  messageTimeout: 10_000,
  maxFetches: 64,
  maxProbes: 2,
  highMark: DEFAULT_CARRIER_LIMITS.highMark,
  maxUntold: 200_000,
};

const PROBING: ProbeOptions = { answer: true, ask: false, interval: 500 };

/** What the SETUP exchange may agree on, best first. */
export function exchanged({ versions }: LiteOptions): readonly Version[] {
  return EXCHANGE_PREFERENCE.filter(({ name }) => versions?.includes(name) ?? true);
}

export function probing(options: LiteOptions): ProbeOptions {
  return { ...PROBING, ...options.probe };
}
