import { addCost } from "@moq-relay/protocol/model";
import type { RouteInput } from "./route.ts";

/** What a damped way costs more: any other is cheaper, but for one whose link is silent now. */
const DAMPED = 2 ** 31;

/** The offer of a route, and in it what speaks against one that is told on and damped: for the reason see `suspected`. */
export function damped({ offer, scope, losses = 0 }: RouteInput): RouteInput["offer"] {
  if (losses === 0 || scope !== "local") return offer;
  return { ...offer, warm: addCost(offer.warm, DAMPED), cold: addCost(offer.cold, DAMPED) };
}

/** What speaks against a route because it comes and goes, that its offer does not say. */
export function dampingOf({ scope, losses }: { readonly scope: RouteInput["scope"]; readonly losses: number }): number {
  return losses > 0 && scope !== "local" ? DAMPED : 0;
}
