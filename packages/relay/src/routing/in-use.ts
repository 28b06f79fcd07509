import type { Path, RouteOffer } from "@moq-relay/protocol/model";
import type { LinkId, Route, Use } from "./route.ts";

/** By which link each broadcast that is carried here comes. Holds no more than is carried. */
export class InUse {
  readonly #links = new Map<Path, { readonly link: LinkId; readonly use: Use }>();

  get size(): number {
    return this.#links.size;
  }

  /** How the way over `link` is used. */
  of(path: Path, link: LinkId): Use {
    const known = this.#links.get(path);
    return known?.link === link ? known.use : "not";
  }

  set(path: Path, link: LinkId | undefined, use: Use): void {
    if (link === undefined) this.#links.delete(path);
    else this.#links.set(path, { link, use });
  }
}

/**
 * What relays are told of a way. Where the broadcast is here anyway a further copy costs nothing up to here: that is the warm
 * cost. Whoever has the choice takes it from here then, and none is sent the long way beside the one that is.
 */
export function told(route: Route): RouteOffer {
  const { offer, use } = route;
  return use === "lasting" && offer.warm > 0 && isFree(route) ? { ...offer, warm: 0 } : offer;
}

/**
 * The way in use goes first, unless another is nearer to a copy, or to the publisher, and no farther from the one or the other. Who
 * carries a broadcast does not move because others do, too: two that hear of each other would leave for each other.
 *
 * @param ways to one publisher, the best first.
 */
export function faithful(ways: readonly Route[]): readonly Route[] {
  const used = ways.find((way) => way.use !== "not" && !way.stale && isFree(way));
  if (used === undefined || used === ways[0]) return ways;
  const before = ways.slice(0, ways.indexOf(used));
  if (before.some((way) => isBetter(way, used))) return ways;
  return [used, ...ways.filter((way) => way !== used)];
}

/** Nothing speaks against it, and it does not come from the cluster, where the place in a tree decides. */
function isFree({ scope, suspect, losses }: Route): boolean {
  return scope === "local" && !suspect && losses === 0;
}

/** Between two that are the same in both the order of all ways decides. */
function isBetter({ offer: one }: Route, { offer: other }: Route): boolean {
  return one.warm <= other.warm && one.cold <= other.cold;
}
