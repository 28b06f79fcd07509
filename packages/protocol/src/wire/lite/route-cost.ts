import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";

/** What a route costs, 0 to `MAX_COST`, summed over its links. */
export interface RouteCost {
  /** For a relay that carries the broadcast already. */
  readonly warm: number;
  /** From the publisher on. */
  readonly cold: number;
}

export function readCost(cursor: Cursor): RouteCost {
  const warm = cursor.saturatingVarint("warm cost");
  const cold = cursor.saturatingVarint("cold cost");
  return { warm, cold };
}

export function writeCost(writer: Writer, cost: RouteCost): void {
  writer.cost(cost.warm);
  writer.cost(cost.cold);
}
