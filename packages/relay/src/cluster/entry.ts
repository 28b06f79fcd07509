import type { HopId } from "@moq-relay/protocol/model";
import { NO_HOP } from "@moq-relay/protocol/model";
import type { Route } from "../routing/index.ts";
import type { MemberLink } from "./links.ts";

/**
 * The node where the broadcast of a route entered the cluster, if it is another one than ours. A node tells a root only what
 * entered at it, and the root repeats that: so behind a root's link it is the last hop but one, and that may also be the
 * publisher's own (the root serves it itself) or a foreign relay behind the root; whether it is a member shows when its
 * address is looked up.
 *
 * @param link the member link by which the route came; undefined when it came from a client.
 */
export function entryOf(route: Route, link: MemberLink | undefined, own: HopId): HopId | undefined {
  if (!link || link.kind === "foreign") return undefined;
  if (link.kind === "node") return link.hop;
  const { hops } = route.offer;
  const entry = hops.length > 2 ? hops[hops.length - 2] : undefined;
  return entry === NO_HOP || entry === own ? undefined : entry;
}
