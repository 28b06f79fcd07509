import { addCost } from "@moq-relay/protocol/model";
import type { Route } from "./route.ts";

/** What a way over a silent link costs more: any other way is cheaper. */
const SUSPICION = 2 ** 32;

/**
 * A route whose link has fallen silent. What is told on to others (routes that entered here) has the price of it in what is
 * told: relays that all border on the same silent one would otherwise each prefer the others' ways, and change their minds
 * for ever; with a price the ways that end at the silent link are as dear as they are, and there is one cheapest.
 */
export function suspected(route: Route): Route {
  const { offer, scope } = route;
  if (scope !== "local") return { ...route, suspect: true };
  const dear = { ...offer, warm: addCost(offer.warm, SUSPICION), cold: addCost(offer.cold, SUSPICION) };
  return { ...route, offer: dear, suspect: true };
}

/** The same when its link is heard again. */
export function trusted(route: Route): Route {
  const { offer, scope } = route;
  if (scope !== "local" || !route.suspect) return { ...route, suspect: false };
  const cheap = { ...offer, warm: offer.warm - SUSPICION, cold: offer.cold - SUSPICION };
  return { ...route, offer: cheap, suspect: false };
}

/** What speaks against a route because of its link that its offer does not say. */
export function suspicionOf({ scope, suspect }: Route): number {
  return suspect && scope !== "local" ? SUSPICION : 0;
}
