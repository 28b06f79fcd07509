import { UdpProxy } from "../net/udp-proxy.ts";
import { udpPortsOf } from "../net/udp-sources.ts";
import { freePort } from "./free-port.ts";
import { ourRelay } from "./our-relay.ts";
import { RelayProcess } from "./relay-process.ts";

/** A relay, the half of the cluster that it is in, and the link that others reach it by. */
interface Place {
  readonly half: number;
  readonly port: number;
  readonly proxy: UdpProxy;
  relay: RelayProcess | undefined;
}

/** A cluster in two halves, each with a root (its first relay) and nodes, which can be cut from one another. */
export class PartedCluster {
  readonly #places: Place[] = [];
  /** The half that a UDP port belongs to. */
  readonly #halves = new Map<number, number>();
  #parted = false;

  /** @param nodes in each half, besides its root. */
  static async start(nodes: number): Promise<PartedCluster> {
    const cluster = new PartedCluster();
    try {
      for (const half of [0, 1]) for (let i = 0; i <= nodes; i++) await cluster.#add(half);
      const roots = [0, nodes + 1].flatMap((at) => cluster.#places[at] ?? []);
      const flags = roots.flatMap(({ proxy }) => ["--cluster-root", `127.0.0.1:${proxy.port}`]);
      const nodesLast = [...roots, ...cluster.#places.filter((place) => !roots.includes(place))];
      for (const place of nodesLast) {
        const { port, proxy } = place;
        place.relay = await RelayProcess.start(ourRelay, { port, nodePort: proxy.port, flags, logLevel: "info" });
      }
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The relays of a half, its root first. */
  half(which: number): RelayProcess[] {
    return this.#places.flatMap(({ half, relay }) => (half === which && relay !== undefined ? [relay] : []));
  }

  get all(): RelayProcess[] {
    return [...this.half(0), ...this.half(1)];
  }

  /** From now on nothing passes between the halves. */
  part(): void {
    this.#parted = true;
  }

  heal(): void {
    this.#parted = false;
  }

  logs(): string {
    return this.all.map((relay) => `== ${relay.program.name}\n${relay.log()}`).join("\n");
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((relay) => relay.stop("SIGKILL")));
    await Promise.all(this.#places.map(({ proxy }) => proxy[Symbol.asyncDispose]()));
  }

  async #add(half: number): Promise<void> {
    const port = await freePort();
    const parted = (client: number) => this.#parted && this.#halfOf(client) !== half;
    this.#places.push({ half, port, proxy: await UdpProxy.open({ target: port, seed: 1, parted }), relay: undefined });
  }

  /** A relay dials from one port, which it opens when it dials for the first time. */
  #halfOf(port: number): number | undefined {
    if (!this.#halves.has(port)) {
      for (const { half, relay } of this.#places) {
        for (const own of udpPortsOf(relay?.program.pid ?? 0)) this.#halves.set(own, half);
      }
    }
    return this.#halves.get(port);
  }
}
