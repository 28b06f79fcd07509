import { type HopId, NO_HOP } from "@moq-relay/protocol/model";
import type { Route } from "../routing/index.ts";
import type { MemberLink } from "./links.ts";

/**
 * The node where the broadcast of a route entered the cluster, if it is another one than ours. A node tells a root only what
 * entered at it, and the root (or who stands in for it) repeats that: so behind a root's link it is the last hop but one. That may also be a foreign
 * relay behind the root; whether it is a member shows when its address is looked up. Where there is no such hop, only the
 * publisher, the broadcast entered at the root itself.
 *
 * @param link the member link by which the route came; undefined when it came from a client.
 */
export function entryOf(route: Route, link: MemberLink | undefined): HopId | undefined {
  if (!link || link.kind === "foreign") return undefined;
  if (link.kind === "node" && !link.standsIn) return link.hop;
  return enteredAtNeighbour(route) ? link.hop : route.offer.hops.at(-2)!;
}

/** Whether a route's chain has nobody but its publisher before the neighbour who told it; a publisher may be without a name. */
export function enteredAtNeighbour({ offer: { hops } }: Route): boolean {
  return hops.length <= 2 || hops.at(-2) === NO_HOP;
}
