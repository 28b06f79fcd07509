import { freePort } from "./free-port.ts";
import { MEDIA_BYTES_SENT, ourRelay } from "./our-relay.ts";
import type { RelayKind } from "./relay-kind.ts";
import { RelayProcess } from "./relay-process.ts";
import { pause } from "./wait.ts";

/** Longest time that a relay has to end, milliseconds: twice what it gives itself. */
const DRAINED = 20_000;

/** A cluster of processes: some roots, and nodes that know all of them. */
export class ProcessCluster {
  readonly roots: RelayProcess[] = [];
  readonly nodes: RelayProcess[] = [];

  static async start(
    roots: number,
    nodes: number,
    flags: readonly string[] = [],
    kind: RelayKind = ourRelay,
  ): Promise<ProcessCluster> {
    const cluster = new ProcessCluster();
    const ports: number[] = [];
    for (let i = 0; i < roots; i++) ports.push(await freePort());
    const known = [...flags, ...ports.flatMap((port) => ["--cluster-root", `127.0.0.1:${port}`])];
    try {
      for (const port of ports) {
        cluster.roots.push(await RelayProcess.start(kind, { port, flags: known, logLevel: "info" }));
      }
      for (let i = 0; i < nodes; i++) {
        cluster.nodes.push(await RelayProcess.start(kind, { flags: known, logLevel: "info" }));
      }
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get all(): RelayProcess[] {
    return [...this.roots, ...this.nodes];
  }

  /** The root that media goes through just now; undefined when it goes through none. */
  async carryingRoot(): Promise<RelayProcess | undefined> {
    const before = await Promise.all(this.roots.map((root) => root.metric(MEDIA_BYTES_SENT)));
    await pause(300);
    for (const [i, root] of this.roots.entries()) {
      if ((await root.metric(MEDIA_BYTES_SENT)) - (before[i] ?? 0) > 0) return root;
    }
    return undefined;
  }

  /**
   * Ends one of its relays with `signal` and starts it again with the same options.
   *
   * @returns how it ended: its exit code, or the signal.
   */
  async restart(relay: RelayProcess, signal: NodeJS.Signals): Promise<number | string> {
    const how = await relay.program.stop(signal, DRAINED);
    const relays = this.roots.includes(relay) ? this.roots : this.nodes;
    relays[relays.indexOf(relay)] = await RelayProcess.start(relay.kind, relay.options);
    return how;
  }

  logs(): string {
    return this.all.map((relay) => `== ${relay.program.name}\n${relay.log()}`).join("\n");
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((relay) => relay.stop("SIGKILL")));
  }
}
