import { rendezvous } from "./rendezvous.ts";

/** How a member stands to this node. "hoped": nothing speaks against it yet. */
export type Standing = "linked" | "hoped" | "failing";

export interface Front {
  /** Those who are to stand in, this node perhaps among them. */
  readonly first: readonly string[];
  /** Those of them that are not linked, and those that would come before them if only they could be reached. */
  readonly dial: readonly string[];
}

/**
 * Who stands in while no root can be reached: the first three in the order that can be, as far as this node knows.
 *
 * @param order members and this node, in the order that all agree on.
 */
export function front(order: readonly string[], own: string, standing: (address: string) => Standing): Front {
  const first: string[] = [];
  const dial: string[] = [];
  let failing = 0;
  for (const address of order) {
    if (first.length === STAND_INS) break;
    const how = address === own ? "linked" : standing(address);
    if (how !== "failing") first.push(address);
    else failing += 1;
    if (how === "hoped" || (how === "failing" && failing <= RETRIED)) dial.push(address);
  }
  return { first, dial };
}

/** Members in the order in which they stand in: the same at every node, whoever it knows besides. */
export function standInOrder(addresses: Iterable<string>): string[] {
  return rendezvous("stand-in", [...addresses], (address) => address);
}

/** Two are enough; with a third one nobody is alone with what he knows while they find each other. */
const STAND_INS = 3;

/** Members out of reach that are dialled all the same: one of them may be the way to the other half. */
const RETRIED = 16;
