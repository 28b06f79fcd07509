/**
 * What relays of a cluster tell each other in a distribution tree, as routes (moq-lite-06, ANNOUNCE): a relay that feeds as many
 * others as it may answers the question for a path with a route at a price that nobody pays, and names in its chain those that
 * it feeds; and a way that leads through a root is marked by its cold price.
 */
import { addCost, type HopId, type RouteOffer } from "@moq-relay/protocol/model";

/** The price of a redirect; real ways, with all suspicion in their price, are below it. */
const REDIRECT = 2 ** 40;

/** What is added to the cold price of a way that leads through a root for want of a better one. */
const TRANSIT = 2 ** 36;

/** Relays that a redirect names at most: they stand in the chain, which has 32 places. */
export const MAX_NAMED = 8;

/** @param offer the way that this relay has itself. */
export function redirectTo(offer: RouteOffer, named: readonly HopId[]): RouteOffer {
  const [publisher] = offer.hops;
  return { ...offer, hops: publisher === undefined ? named : [publisher, ...named], warm: REDIRECT, cold: REDIRECT };
}

/** Whom a redirect names; undefined for a route that is none. */
export function namedBy({ hops, warm }: RouteOffer): readonly HopId[] | undefined {
  return warm < REDIRECT ? undefined : hops.slice(1, -1);
}

/** As a way is told to whom it feeds: at a price that is not taken for a mark, whatever its publisher has said. */
export function fed(offer: RouteOffer, transit: boolean): RouteOffer {
  const cold = isTransit(offer) ? TRANSIT : Math.min(offer.cold, TRANSIT / 2);
  return { ...offer, warm: Math.min(offer.warm, REDIRECT / 2), cold: transit ? addCost(cold, TRANSIT) : cold };
}

/** Whether a way leads through a root though it came from a node. */
export function isTransit({ cold }: RouteOffer): boolean {
  return cold >= TRANSIT;
}
