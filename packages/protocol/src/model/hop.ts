/**
 * The identity of a publisher, a relay or a client in a hop list: random, below 2^62, and 0n for "has none"
 * (moq-lite-06, Announce).
 */
export type HopId = bigint;

export const NO_HOP: HopId = 0n;

/** Hop lists longer than this are refused. */
export const MAX_HOPS = 32;

/** The price of a route that nobody should take: what a session that drains is worth. 2^62 - 1 on the wire. */
export const MAX_COST: number = Number.MAX_SAFE_INTEGER;

/** Adds the price of a link; a sum never passes `MAX_COST`. */
export function addCost(cost: number, link: number): number {
  return Math.min(cost + link, MAX_COST);
}

/** One way to a publisher as a neighbour tells it. */
export interface RouteOffer {
  /** Publisher first, the neighbour itself last; never empty. */
  readonly hops: readonly HopId[];
  /** Price when the neighbour carries the broadcast already, and when it does not; the link to it is included. */
  readonly warm: number;
  readonly cold: number;
  /**
   * When the publisher announced itself at its first relay, milliseconds since 1970, where the neighbour tells (only our
   * own relays do). Of two publishers of one name the younger wins.
   */
  readonly incarnation?: number;
}
