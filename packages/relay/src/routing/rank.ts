import type { HopId } from "@moq-relay/protocol/model";
import { dampingOf } from "./last-resort.ts";
import type { Route } from "./route.ts";
import { routeHash } from "./route-hash.ts";
import { suspicionOf } from "./suspicion.ts";

/**
 * Puts the routes of one path in order: all those of the publisher that counts, the best way first, then those of the
 * publishers that it has replaced. Leaves out those that have lost the name. Depends on nothing but the routes.
 */
export function rank(routes: readonly Route[]): readonly Route[] {
  if (routes.length < 2) return routes;
  const claims = claimsOf(routes);
  const price = pricesOf(routes);
  return settled(
    routes.toSorted((a, b) => comparePublishers(a, b, claims) || compareWays(a, b, price)),
    claims,
  );
}

/**
 * What each way counts as. One that a node told that was asked for it is never dearer than that from a root: the node stands in
 * a tree, at the top of which the broadcast is as near as can be, and who is sent further down must not go back to the root.
 */
export function pricesOf(routes: readonly Route[]): (route: Route) => number {
  const fromRoots = new Map<HopId, number>();
  for (const { publisher, scope, offer, stale, suspect, losses } of routes) {
    if (scope !== "member" || stale || suspect || losses > 0) continue;
    fromRoots.set(publisher, Math.min(offer.warm, fromRoots.get(publisher) ?? offer.warm));
  }
  return (route) => {
    const { publisher, scope, offer, suspect, losses } = route;
    const most = scope === "direct" && !suspect && losses === 0 ? fromRoots.get(publisher) : undefined;
    return suspicionOf(route) + dampingOf(route) + (most === undefined ? offer.warm : Math.min(offer.warm, most - 1));
  };
}

/**
 * Without publishers that only linger, and have the name no longer because another one is there. Lookups lead to that one at
 * once, so it must be the one that is announced: else a neighbour would take its bytes for the first one's. To hide the
 * lingering one would not do: with a neighbour that believes in it, each would change its mind whenever the other does.
 */
function settled(ranked: readonly Route[], claims: Map<HopId, Claim>): readonly Route[] {
  const { publisher } = ranked[0]!;
  if (claims.get(publisher)!.live) return ranked;
  const another = [...claims].some(([other, { live, founded }]) => other !== publisher && live && founded);
  if (!another) return ranked;
  return settled(
    ranked.filter((route) => route.publisher !== publisher),
    claims,
  );
}

/** What speaks for a publisher. */
export interface Claim {
  /** As new as the newest of its routes: relays that border on foreign ones each have their own idea of when it came. */
  readonly incarnation: number;
  /**
   * It was announced under just this name, or somebody who knows the whole says now that it has the path. Otherwise it may
   * only have a shorter path, and another publisher this one.
   */
  readonly founded: boolean;
  /** Some way to it is not in doubt. */
  readonly live: boolean;
}

export function claimsOf(routes: readonly Route[]): Map<HopId, Claim> {
  const claims = new Map<HopId, Claim>();
  for (const { publisher, offer, exact, stale, scope } of routes) {
    const other = claims.get(publisher);
    claims.set(publisher, {
      incarnation: Math.max(offer.incarnation, other?.incarnation ?? offer.incarnation),
      founded: exact || (!stale && scope !== "direct") || (other?.founded ?? false),
      live: !stale || (other?.live ?? false),
    });
  }
  return claims;
}

function comparePublishers(a: Route, b: Route, claims: Map<HopId, Claim>): number {
  if (a.publisher === b.publisher) return 0;
  const [one, other] = [claims.get(a.publisher)!, claims.get(b.publisher)!];
  const difference = Number(other.founded) - Number(one.founded) || other.incarnation - one.incarnation;
  return difference || (a.publisher > b.publisher ? -1 : 1);
}

function compareWays(a: Route, b: Route, price: (route: Route) => number): number {
  return (
    Number(a.stale) - Number(b.stale) ||
    price(a) - price(b) ||
    a.offer.warm - b.offer.warm ||
    a.offer.cold - b.offer.cold ||
    a.offer.hops.length - b.offer.hops.length ||
    compareHashes(a, b) ||
    // The same chain by two sessions: the older one may be dead without our knowing.
    b.link - a.link
  );
}

function compareHashes(a: Route, b: Route): number {
  const first = hashOf(a);
  const second = hashOf(b);
  return first === second ? 0 : first < second ? -1 : 1;
}

function hashOf(route: Route): bigint {
  let hash = hashes.get(route);
  if (hash === undefined) {
    hash = routeHash(route.path, route.offer.hops);
    hashes.set(route, hash);
  }
  return hash;
}

/**
 * A hash costs tens of microseconds, and whoever opens many sessions can have many equal routes compared at each change of
 * one of them.
 */
const hashes = new WeakMap<Route, bigint>();
