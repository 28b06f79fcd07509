import { type HopId, NO_HOP, type Path } from "@moq-relay/protocol/model";
import type { LinkId, Route } from "./route.ts";

/** What one listener may see. */
export interface View {
  /** The listener's identity: routes through it are not told to it. `NO_HOP` when it has none. */
  readonly hop: HopId;
  /** The listener's link: routes that came by it are not told back. */
  readonly link: LinkId;
  /** "local": only what entered the cluster here. */
  readonly scope: "all" | "local";
  /** Whether names with a segment that begins with a dot, below the prefix, are listed. */
  readonly hidden: boolean;
  /** A relay of the cluster listens: it finds room though clients have taken all of theirs. */
  readonly member?: boolean;
  /** Whether the listener may know of this (whole) path at all; it says the same as long as the listener lives. */
  readonly allows?: (path: Path) => boolean;
}

/** Whether a route leads back to where it would be told or served (split horizon). */
export function leadsBack(route: Route, hop: HopId, link: LinkId | undefined): boolean {
  return route.link === link || (hop !== NO_HOP && route.offer.hops.includes(hop));
}

/**
 * The route of one path that a view shows. `ranked` is in the order of `rank`. Where the publisher that counts cannot be
 * shown nothing is: to show the one that it replaced would bring that one back to life downstream.
 *
 * @param listing the path is one of many below the listener's prefix, so that somebody must have announced just this path.
 * @param room hops that the chain may have at most, so that our own still fits in.
 */
export function pick(ranked: readonly Route[], view: View, listing: boolean, room: number): Route | undefined {
  const known = inScope(ranked, view);
  const publisher = known[0]?.publisher;
  if (publisher === undefined) return undefined;
  // By whomever: who replaces a publisher that is listed here is listed, too, even if it is known only from an answer.
  if (listing && !known.some(({ exact }) => exact)) return undefined;
  for (const route of known) {
    if (route.publisher !== publisher) return undefined;
    if (route.offer.hops.length <= room && !leadsBack(route, view.hop, view.link)) return route;
  }
  return undefined;
}

/** The routes that the view may know of at all, in the same order. */
export function inScope(ranked: readonly Route[], view: View): readonly Route[] {
  return view.scope === "local" ? ranked.filter(({ scope }) => scope === "local") : ranked;
}
