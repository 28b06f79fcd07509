import type { HopId } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { Route, RouteTable, View } from "../routing/index.ts";
import type { ClusterCounters } from "./counters.ts";
import type { Demand } from "./demand.ts";
import type { Directory } from "./directory.ts";
import { addressIn, idPrefix, ORIGINS } from "./names.ts";

export interface MembersOptions {
  readonly table: RouteTable;
  readonly directory: Directory;
  readonly demand: Demand;
  readonly counters: ClusterCounters;
  readonly maxMembers: number;
  /** An address was learned or forgotten. */
  readonly onChange: () => void;
}

/** Which node can be dialled where, as the nodes themselves announce it. Only what members told counts. */
export class Members {
  readonly #options: MembersOptions;
  /** Every member, while all are followed. */
  readonly #all = new Map<HopId, string>();
  /** How many there were beyond as many as may be known. */
  #beyond = 0;
  /** Members that were looked up, while they are wanted. */
  readonly #found = new Map<HopId, { address: string | undefined; cancel: Cancel }>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** What is known now. */
  get addresses(): ReadonlyMap<HopId, string> {
    const known = new Map(this.#all);
    for (const [hop, { address }] of this.#found) if (address !== undefined) known.set(hop, address);
    return known;
  }

  /** Learns of every member, from now on. */
  follow(): Cancel {
    const { table, directory, counters, maxMembers, onChange } = this.#options;
    const release = directory.listen(ORIGINS);
    const collect = (): void => {
      this.#all.clear();
      let beyond = 0;
      for (const route of table.routes(ORIGINS)) {
        const address = memberAddress(route);
        if (address === undefined) continue;
        if (this.#all.size < maxMembers) this.#all.set(route.publisher, address);
        else beyond += 1;
      }
      counters.membersOverCap += Math.max(0, beyond - this.#beyond);
      this.#beyond = beyond;
      onChange();
    };
    const stop = table.listen(ORIGINS, EVERYTHING, { begin: collect, start: collect, restart: collect, end: collect });
    return () => {
      stop?.();
      release();
      this.#all.clear();
    };
  }

  /** Exactly these are wanted now: looks up those that are not known yet, forgets the others. */
  find(wanted: ReadonlySet<HopId>): void {
    for (const [hop, { cancel }] of this.#found) {
      if (wanted.has(hop)) continue;
      cancel();
      this.#found.delete(hop);
    }
    for (const hop of wanted) if (!this.#found.has(hop)) this.#lookUp(hop);
  }

  #lookUp(hop: HopId): void {
    const { table, demand, onChange } = this.#options;
    const prefix = idPrefix(hop);
    const entry: { address: string | undefined; cancel: Cancel } = { address: undefined, cancel: () => {} };
    this.#found.set(hop, entry);
    const look = (): void => {
      const routes = table.routes(prefix).filter(({ publisher, stale }) => publisher === hop && !stale);
      const address = routes.map(memberAddress).find((told) => told !== undefined);
      // A node that is in doubt is still where it was.
      if (address === undefined || address === entry.address) return;
      entry.address = address;
      onChange();
    };
    const release = demand.hold(prefix);
    const stop = table.listen(prefix, EVERYTHING, { begin: look, start: look, restart: look, end: () => {} });
    entry.cancel = () => {
      stop?.();
      release();
    };
  }
}

/** Where a node that announced itself can be dialled; undefined when it entered the cluster here. */
function memberAddress(route: Route): string | undefined {
  return route.scope !== "local" ? addressIn(route.path) : undefined;
}

const EVERYTHING: View = { hop: 0n, link: -1, scope: "all", hidden: true, member: true };
