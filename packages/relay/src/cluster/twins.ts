import type { Clock } from "@moq-relay/protocol/model";
import type { ClusterCounters } from "./counters.ts";
import type { Links, MemberLink } from "./links.ts";
import type { ClusterLog } from "./options.ts";

export interface TwinsOptions {
  readonly clock: Clock;
  readonly log: ClusterLog;
  readonly counters: ClusterCounters;
  readonly links: Links;
  /** Milliseconds that two links must last: longer than that of a process before its restart may seem to live on. */
  readonly patience: number;
}

/**
 * Notices nodes that say the same address, as after a configuration was copied: others take one of them for the other, and
 * what enters there finds no direct way. Said once for as long as it lasts.
 */
export class Twins {
  readonly #options: TwinsOptions;
  /** Addresses of which it was said; no more than there are links. */
  readonly #said = new Set<string>();

  constructor(options: TwinsOptions) {
    this.#options = options;
  }

  /** A link stands, and is among the links. */
  opened(link: MemberLink): void {
    const { links, clock, patience } = this.#options;
    const others = this.#others(link);
    if (others.length === 0) return;
    clock.after(patience, () => {
      if (links.get(link.id) && others.some(({ id }) => links.get(id))) this.#say(link.address);
    });
  }

  /** A link is gone from the links. */
  closed(link: MemberLink): void {
    const left = this.#others(link);
    if (!left.some((one) => this.#others(one).length > 0)) this.#said.delete(link.address);
  }

  #say(address: string): void {
    if (this.#said.has(address)) return;
    this.#said.add(address);
    this.#options.counters.addressesTwice += 1;
    this.#options.log.warn("two relays say the same address: give each a cluster.node of its own", { address });
  }

  #others({ address, hop }: MemberLink): MemberLink[] {
    if (address === "") return [];
    return [...this.#options.links].filter((other) => other.address === address && other.hop !== hop);
  }
}

/**
 * Links after which one to another relay of the same address came: theirs may have been restarted, and they lead nowhere.
 *
 * @param links in the order in which they were opened.
 */
export function followed(links: Iterable<MemberLink>): MemberLink[] {
  const named = [...links].filter(({ address }) => address !== "");
  const newest = new Map(named.map(({ address, hop }) => [address, hop]));
  return named.filter(({ address, hop }) => newest.get(address) !== hop);
}
