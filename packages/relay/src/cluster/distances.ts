import type { Clock, Timer } from "@moq-relay/protocol/model";
import { LinkCost, SAMPLE_INTERVAL } from "./link-cost.ts";
import type { Links, MemberLink } from "./links.ts";

/**
 * Measures how far the other ends of links are, where nobody has said what the link costs. What was measured is remembered: a
 * link that comes back is as far as it was, and nobody need hear of it.
 */
export class Distances {
  readonly #clock: Clock;
  readonly #links: Links;
  readonly #max: number;
  readonly #onChange: (link: MemberLink) => void;
  /** By node; that which was linked last stands last. */
  readonly #known = new Map<string, LinkCost>();
  #timer: Timer | undefined;

  /**
   * @param max nodes whose distance is remembered.
   * @param onChange a link costs something else than before.
   */
  constructor(clock: Clock, links: Links, max: number, onChange: (link: MemberLink) => void) {
    this.#clock = clock;
    this.#links = links;
    this.#max = max;
    this.#onChange = onChange;
  }

  /** Nodes whose distance is remembered. */
  get size(): number {
    return this.#known.size;
  }

  /** What a link to this node costs, by what was measured so far. `node`: its address, or who it is. */
  of(node: string): LinkCost {
    const cost = this.#known.get(node) ?? new LinkCost();
    this.#known.delete(node);
    this.#known.set(node, cost);
    const [longest] = this.#known.keys();
    if (this.#known.size > this.#max && longest !== undefined) this.#known.delete(longest);
    return cost;
  }

  /** There is a link: looks at all of them from now on, for as long as there are any. */
  watch(): void {
    this.#timer ??= this.#clock.after(SAMPLE_INTERVAL, () => this.#look());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const looked = new Set<LinkCost>();
    const changed = new Set<LinkCost>();
    for (const { silent, session, cost } of this.#links) {
      // A silent link measures nothing: its last round trips would be counted again and again. Nor do two to one node count twice.
      if (silent || session.namedCost !== undefined || looked.has(cost)) continue;
      const { rtt } = session.connection.stats();
      if (rtt === undefined) continue;
      looked.add(cost);
      if (cost.sample(rtt)) changed.add(cost);
    }
    for (const link of [...this.#links]) if (changed.has(link.cost)) this.#onChange(link);
    if (this.#links.size > 0) this.watch();
  }
}
