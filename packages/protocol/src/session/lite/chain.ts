import { addCost, type HopId, NO_HOP, type RouteOffer } from "../../model/index.ts";

/** How the chains that one peer announces are completed. */
export interface ChainRules {
  /** What the peer appends by its ANNOUNCE_OK; undefined where the sender already stands in its own lists. */
  readonly sender: HopId | undefined;
  /** Stands for a publisher that names itself nowhere: random, for this session. */
  readonly stamp: HopId;
  /** Price of the link; charged to what comes through another relay, not to a publisher's own. */
  readonly linkCost: number;
}

/**
 * The route that an announcement means here. A chain that is empty, or begins with 0, has an unnamed publisher: the
 * session's stamp is put in front, so that two such publishers are not taken for one (moq-lite-06, Announce).
 */
export function readOffer(
  hops: readonly HopId[],
  cost: { warm: number; cold: number },
  incarnation: number | undefined,
  rules: ChainRules,
): RouteOffer {
  const named = rules.sender === undefined || rules.sender === NO_HOP ? [...hops] : [...hops, rules.sender];
  const first = named[0];
  const chain = first === undefined ? [rules.stamp, NO_HOP] : first === NO_HOP ? [rules.stamp, ...named] : named;
  const price = named.length > 1 ? rules.linkCost : 0;
  const offer = { hops: chain, warm: addCost(cost.warm, price), cold: addCost(cost.cold, price) };
  return incarnation === undefined ? offer : { ...offer, incarnation };
}
