import type { HopId } from "@moq-relay/protocol/model";
import type { Route } from "./route.ts";
import { routeHash } from "./route-hash.ts";

/**
 * Puts the routes of one path in order: all those of the publisher that counts, the best way first, then those of the
 * publishers that it has replaced. Depends on nothing but the routes.
 */
export function rank(routes: readonly Route[]): readonly Route[] {
  if (routes.length < 2) return routes;
  const incarnations = newestIncarnations(routes);
  return routes.toSorted((a, b) => comparePublishers(a, b, incarnations) || compareWays(a, b));
}

/**
 * A publisher is as new as the newest of its routes: foreign relays do not tell when it announced itself, so each relay
 * that borders on them has its own idea.
 */
function newestIncarnations(routes: readonly Route[]): Map<HopId, number> {
  const newest = new Map<HopId, number>();
  for (const { publisher, offer } of routes) {
    newest.set(publisher, Math.max(offer.incarnation, newest.get(publisher) ?? offer.incarnation));
  }
  return newest;
}

function comparePublishers(a: Route, b: Route, incarnations: Map<HopId, number>): number {
  if (a.publisher === b.publisher) return 0;
  const age = incarnations.get(b.publisher)! - incarnations.get(a.publisher)!;
  return age || (a.publisher > b.publisher ? -1 : 1);
}

function compareWays(a: Route, b: Route): number {
  return (
    Number(a.stale) - Number(b.stale) ||
    a.offer.warm - b.offer.warm ||
    a.offer.cold - b.offer.cold ||
    a.offer.hops.length - b.offer.hops.length ||
    compareHashes(a, b) ||
    // The same chain by two sessions: the older one may be dead without our knowing.
    b.link - a.link
  );
}

function compareHashes(a: Route, b: Route): number {
  const first = routeHash(a.path, a.offer.hops);
  const second = routeHash(b.path, b.offer.hops);
  return first === second ? 0 : first < second ? -1 : 1;
}
