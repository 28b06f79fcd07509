import { isHidden, type Path } from "@moq-relay/protocol/model";
import type { InsideView } from "../admin/index.ts";
import type { Cluster } from "../cluster/index.ts";
import type { RelayCore } from "../core.ts";
import type { ExplainedWay } from "../routing/index.ts";

/** What those who run the relay may see of it: why a broadcast comes by the way it does, and who is in the cluster. */
export class RelayInside implements InsideView {
  readonly #core: RelayCore;
  readonly #cluster: Cluster | undefined;

  constructor(core: RelayCore, cluster: Cluster | undefined) {
    this.#core = core;
    this.#cluster = cluster;
  }

  explain(path: Path): unknown {
    const broadcast = [...this.#core.hub.broadcasts].find((one) => one.path === path);
    const tracks = [...(broadcast?.feeds ?? [])].map((feed) => ({
      track: feed.track,
      readers: feed.readers,
      groups: feed.groups.size,
      over: feed.candidate && this.#linkOf(feed.candidate.link),
    }));
    const ways = this.#core.table.explain(path).map((way) => this.#way(way));
    return { broadcast: path, found: ways.some(({ taken }) => taken), ways, tracks };
  }

  broadcasts(prefix: Path): unknown {
    const names = new Set(this.#core.table.routes(prefix).map(({ path }) => path));
    return [...names].filter((name) => !isHidden(name)).sort();
  }

  nodes(): unknown {
    if (!this.#cluster) return { cluster: false };
    return { cluster: true, self: this.#cluster.status(), members: this.#cluster.memberAddresses() };
  }

  #way({ route, chosen, whyNot }: ExplainedWay) {
    const { path, offer, publisher, scope, stale, suspect } = route;
    return {
      taken: chosen,
      ...(whyNot === undefined ? {} : { whyNot }),
      announced: path,
      publisher: publisher.toString(16),
      hops: offer.hops.map((hop) => hop.toString(16)),
      cost: { warm: offer.warm, cold: offer.cold },
      since: new Date(offer.incarnation).toISOString(),
      enteredCluster: scope === "local" ? "here" : "at another node",
      stale,
      suspect,
      link: this.#linkOf(route.link),
    };
  }

  #linkOf(link: number): unknown {
    const peer = [...this.#core.peers].find(({ session }) => session.id === link);
    if (!peer) return link === 0 ? "this relay" : "gone";
    const { connection, version, peerNode } = peer.session;
    const { rtt } = connection.stats();
    const node = peerNode && peer.grants.cluster ? { node: peerNode.address, root: peerNode.root } : {};
    return { ...node, remote: connection.info.remote, version, ...(rtt === undefined ? {} : { rtt }) };
  }
}
