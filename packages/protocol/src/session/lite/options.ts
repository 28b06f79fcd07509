import type { Clock, HopId } from "../../model/index.ts";
import type { NodeHello } from "../session.ts";

/** What every session of a relay is given. */
export interface LiteOptions {
  readonly clock: Clock;
  /** The relay's own identity in hop lists. */
  readonly hop: HopId;
  /** An identity for a peer that names none; each call another. */
  freshHop(): HopId;
  /** What our nodes tell each other; undefined for a relay that is no node of a cluster. */
  hello(): NodeHello | undefined;
  /** Price of a link whose dialler names none. */
  readonly linkCost: number;
  readonly limits: LiteLimits;
}

export interface LiteLimits {
  /** Milliseconds from the connection to the peer's Setup. */
  readonly handshakeTimeout: number;
  /** Largest control message, bytes. */
  readonly maxMessage: number;
  /** Requests of one kind that the peer may have open at once: subscriptions, track questions, announce requests. */
  readonly maxSubscriptions: number;
  readonly maxListens: number;
  /** Fetches of the peer under way at once; further ones are refused with 0x30. 64 if not given. */
  readonly maxFetches?: number;
  /** Broadcasts that the peer may announce in answer to one request. */
  readonly maxAnnounced: number;
}

/** What holds where a limit is not given. */
export const DEFAULT_LIMITS: { readonly maxFetches: number } = { maxFetches: 64 };
