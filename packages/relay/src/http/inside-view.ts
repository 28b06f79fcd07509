import { type HopId, isHidden, NO_HOP, normalizePath, type Path } from "@moq-relay/protocol/model";
import type { BroadcastList, Explanation, InsideView, LinkEnd, NodeList, NodeName, Way } from "../admin/index.ts";
import type { Cluster } from "../cluster/index.ts";
import type { RelayCore } from "../core.ts";
import type { ExplainedWay, Route } from "../routing/index.ts";
import { nodeReports } from "./node-reports.ts";

/** What those who run the relay may see of it: who has what, why it comes by the way it does, and who is in the cluster. */
export class RelayInside implements InsideView {
  readonly #core: RelayCore;
  readonly #cluster: Cluster | undefined;
  readonly #maxNames: number;

  /** @param maxNames broadcasts in one list. */
  constructor(core: RelayCore, cluster: Cluster | undefined, maxNames: number) {
    this.#core = core;
    this.#cluster = cluster;
    this.#maxNames = maxNames;
  }

  async explain(written: Path): Promise<Explanation> {
    const path = normalizePath(written);
    const [complete] = await Promise.all([this.#listed(path), this.#found(path), this.#membersKnown()]);
    const addresses = this.#addresses();
    const tracks = [...this.#core.hub.broadcasts]
      .filter((one) => one.path === path)
      .flatMap((one) => [...one.feeds])
      .map((feed) => ({
        track: feed.track,
        readers: feed.readers,
        groups: feed.groups.size,
        over: feed.candidate && this.#linkOf(feed.candidate.link),
      }));
    const ways = this.#core.table.explain(path).map((way) => this.#way(way, addresses));
    const met = new Set(ways.flatMap(({ hops, at }) => [...hops, at?.id]));
    const known = [...addresses].filter(([id]) => met.has(id));
    const found = ways.some(({ taken }) => taken);
    return { broadcast: path, complete, found, ways, tracks, addresses: Object.fromEntries(known) };
  }

  async broadcasts(written: Path): Promise<BroadcastList> {
    const prefix = normalizePath(written);
    const [complete] = await Promise.all([this.#listed(prefix), this.#membersKnown()]);
    const addresses = this.#addresses();
    // Of several publishers of a name the first route is that of the one that has it.
    const best = new Map<Path, Route>();
    for (const route of this.#core.table.routes(prefix)) {
      if (!isHidden(route.path) && !best.has(route.path)) best.set(route.path, route);
    }
    const names = [...best.keys()].sort();
    const read = Map.groupBy(this.#core.hub.broadcasts, ({ path }) => path);
    const broadcasts = names.slice(0, this.#maxNames).map((name) => {
      const here = read.get(name) ?? [];
      const readers = here.reduce((sum, one) => sum + one.readers, 0);
      const tracks = here.flatMap((one) =>
        [...one.feeds].filter(({ readers: of }) => of > 0).map(({ track }) => track),
      );
      return { name, at: this.#placeOf(best.get(name)!, addresses), readers, tracks: [...new Set(tracks)].sort() };
    });
    return { complete, truncated: names.length > broadcasts.length, broadcasts };
  }

  async nodes(): Promise<NodeList> {
    if (!this.#cluster) return { cluster: false, complete: true, nodes: [] };
    const complete = await this.#membersKnown();
    return { cluster: true, complete, nodes: await nodeReports(this.#cluster) };
  }

  /** Settles when everybody was asked who could know of it. */
  #found(path: Path): Promise<boolean> {
    return new Promise((resolve) => this.#core.seek(path, NO_HOP, resolve));
  }

  #listed(prefix: Path): Promise<boolean> {
    const { membership } = this.#core;
    return new Promise((resolve) => (membership ? membership.list(prefix, resolve) : resolve(true)));
  }

  #membersKnown(): Promise<boolean> {
    return new Promise((resolve) => (this.#cluster ? this.#cluster.findMembers(resolve) : resolve(true)));
  }

  /** By id. */
  #addresses(): Map<string, string> {
    const known = new Map(this.#cluster?.members().map(({ hop, address }) => [idOf(hop), address]));
    const own = this.#cluster?.status();
    if (own) known.set(idOf(BigInt(own.id)), own.address);
    return known;
  }

  #way({ route, chosen, whyNot }: ExplainedWay, addresses: ReadonlyMap<string, string>): Way {
    const { path, offer, publisher, scope, stale, suspect, losses } = route;
    return {
      taken: chosen,
      ...(whyNot === undefined ? {} : { whyNot }),
      announced: path,
      publisher: idOf(publisher),
      at: this.#placeOf(route, addresses),
      hops: offer.hops.map(idOf),
      cost: { warm: offer.warm, cold: offer.cold },
      since: new Date(offer.incarnation).toISOString(),
      enteredCluster: scope === "local" ? "here" : "at another node",
      stale,
      suspect,
      damped: losses > 0,
      link: this.#linkOf(route.link),
    };
  }

  /** The first relay behind the publisher that has said who it is; undefined where nobody has. */
  #placeOf({ offer: { hops }, scope }: Route, addresses: ReadonlyMap<string, string>): NodeName | undefined {
    const [publisher, relay] = hops.filter((hop) => hop !== NO_HOP);
    if (relay !== undefined || scope !== "local") return nameOf(relay ?? publisher, addresses);
    const own = this.#cluster?.status();
    return { id: own ? idOf(BigInt(own.id)) : "", address: own?.address ?? "" };
  }

  #linkOf(link: number): LinkEnd {
    const peer = [...this.#core.peers].find(({ session }) => session.id === link);
    if (!peer) return link === 0 ? "this relay" : "gone";
    const { connection, version, peerNode } = peer.session;
    const { rtt } = connection.stats();
    const node = peerNode && peer.grants.cluster ? { node: peerNode.address, root: peerNode.root } : {};
    return { ...node, remote: connection.info.remote, version, ...(rtt === undefined ? {} : { rtt }) };
  }
}

function idOf(hop: HopId): string {
  return hop.toString(16);
}

function nameOf(hop: HopId | undefined, addresses: ReadonlyMap<string, string>): NodeName | undefined {
  return hop === undefined ? undefined : { id: idOf(hop), address: addresses.get(idOf(hop)) ?? "" };
}
