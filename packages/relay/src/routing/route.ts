import type { HopId, Path, RouteOffer } from "@moq-relay/protocol/model";

/** The link by which a route came: the id of its session, or `OWN_LINK`. */
export type LinkId = number;

/** Broadcasts of this process itself come by this link; no session has its id. */
export const OWN_LINK: LinkId = 0;

/**
 * Where a route entered the cluster: "local" here (a client's, our own, a foreign relay's); "member" at another node, as one
 * says who knows the whole; "direct" at the very node that told us because we asked. That one knows the way best, but not
 * who else has the path: its word does not count against a publisher that the others name.
 */
export type RouteScope = "local" | "member" | "direct";

/** A route as a link brings it to the table. */
export interface RouteInput {
  /** Covers its subtree. */
  readonly path: Path;
  /** Hops end with the neighbour. They are empty for a broadcast of this process only. */
  readonly offer: RouteOffer;
  readonly link: LinkId;
  readonly scope: RouteScope;
  /**
   * False where we only know that a route covers this path, because it answered a request for just this path: it may have
   * been announced under a shorter name. It serves lookups, but does not list the path to those who listen further up.
   * Default true.
   */
  readonly exact?: boolean;
  /** The link is to a root of ours, whose routes are not counted against a share of the link. Default false. */
  readonly whole?: boolean;
  /** It comes and goes: as often in the last minute. It is used only where there is no other. Default 0: it does not. */
  readonly losses?: number;
}

/** A route as the table keeps it; never changed, only replaced. */
export interface Route {
  readonly path: Path;
  /** As it came, with the incarnation filled in: that is what is told on. */
  readonly offer: RouteOffer & { readonly incarnation: number };
  /** The first hop. */
  readonly publisher: HopId;
  readonly link: LinkId;
  readonly scope: RouteScope;
  readonly exact: boolean;
  /** Its link is gone, and nobody else has confirmed or denied it yet. */
  readonly stale: boolean;
  /** Its link has fallen silent, or who sits at its end: used only where there is no other. */
  readonly suspect: boolean;
  /** More than 0: it is damped, having come and gone so often in the minute before it was told; a last resort too. */
  readonly losses: number;
}

/** Whether a listener could not tell the two apart. */
export function sameOffer(a: RouteOffer, b: RouteOffer): boolean {
  if (a === b) return true;
  if (a.warm !== b.warm || a.cold !== b.cold || a.incarnation !== b.incarnation) return false;
  return a.hops.length === b.hops.length && a.hops.every((hop, i) => hop === b.hops[i]);
}
