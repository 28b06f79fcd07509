import type { Path } from "@moq-relay/protocol/model";
import { claimsOf, pricesOf } from "./rank.ts";
import type { Route } from "./route.ts";

/** One way to a broadcast, for people. */
export interface ExplainedWay {
  readonly route: Route;
  /** It is the one that new requests take. */
  readonly chosen: boolean;
  /** Why another is taken, in plain words; undefined for the chosen one. */
  readonly whyNot: string | undefined;
}

/**
 * Says which of these ways is taken, and why not the others.
 * @param routes all that is known of `path`, ranked, the longest announced path first.
 */
export function explain(path: Path, routes: readonly (readonly Route[])[]): ExplainedWay[] {
  const best = routes.flatMap((ranked) => ranked.filter(({ stale }) => !stale))[0];
  return routes.flatMap((ranked) => {
    const claims = claimsOf(ranked);
    const price = pricesOf(ranked);
    return ranked.map((route) => ({
      route,
      chosen: route === best,
      whyNot: route === best ? undefined : reason(path, route, best, claims, price),
    }));
  });
}

function reason(
  path: Path,
  route: Route,
  best: Route | undefined,
  claims: ReturnType<typeof claimsOf>,
  price: ReturnType<typeof pricesOf>,
): string {
  if (route.stale) return "its link is gone, and nobody has said yet whether the broadcast still is there";
  if (!best) return "no way is usable";
  if (route.path !== best.path) return `"${best.path}" is nearer to "${path}" than "${route.path}"`;
  if (route.publisher !== best.publisher) return otherPublisher(route, best, claims);
  if (route.suspect !== best.suspect) return "nothing was heard on its link lately";
  if (route.losses > 0 && best.losses === 0 && price(route) > price(best)) {
    return `it came and went ${route.losses} ${route.losses === 1 ? "time" : "times"} within a minute`;
  }
  if (price(route) > price(best) && route.offer.warm <= best.offer.warm) {
    return "it leads through a root, the chosen one through the tree of the relays that have it";
  }
  if (route.offer.warm !== best.offer.warm) return `it costs ${route.offer.warm}, the chosen one ${best.offer.warm}`;
  if (route.offer.cold !== best.offer.cold)
    return `cold it costs ${route.offer.cold}, the chosen one ${best.offer.cold}`;
  const longer = route.offer.hops.length - best.offer.hops.length;
  if (longer > 0) return `it is ${longer} ${longer === 1 ? "hop" : "hops"} longer`;
  return "it is as good: a fixed order decides, the same on every relay";
}

function otherPublisher(route: Route, best: Route, claims: ReturnType<typeof claimsOf>): string {
  const [one, other] = [claims.get(best.publisher), claims.get(route.publisher)];
  if (one && other && one.founded && !other.founded) return "its publisher may only have a shorter name";
  if (one && other && one.incarnation === other.incarnation) {
    return "another publisher of the same name came in the same millisecond, and has the larger id";
  }
  return "another publisher of the same name came later, and replaces it";
}
