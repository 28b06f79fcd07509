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
 * session's stamp is put in front, so that two such publishers are not taken for one (moq-lite-06, Announce). Undefined
 * when the sender stands in the chain already: it came round in a circle, and whoever was told of it would close the session.
 */
export function readOffer(
  hops: readonly HopId[],
  cost: { warm: number; cold: number },
  incarnation: number | undefined,
  rules: ChainRules,
): RouteOffer | undefined {
  const { sender, stamp } = rules;
  const appended = sender !== undefined && sender !== NO_HOP;
  if (appended && hops.includes(sender)) return undefined;
  const named = appended ? [...hops, sender] : [...hops];
  const first = named[0];
  const chain = first === undefined ? [stamp, NO_HOP] : first === NO_HOP ? [stamp, ...named] : named;
  const price = named.length > 1 ? rules.linkCost : 0;
  const offer = { hops: chain, warm: addCost(cost.warm, price), cold: addCost(cost.cold, price) };
  return incarnation === undefined ? offer : { ...offer, incarnation };
}
