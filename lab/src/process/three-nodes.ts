import type { RelayKind, RelayOptions } from "./relay-kind.ts";
import { RelayProcess } from "./relay-process.ts";

/** A root and two nodes that know only the root: publish at `entry`, subscribe at `exit`. */
export interface ThreeNodes {
  root: RelayProcess;
  readonly entry: RelayProcess;
  readonly exit: RelayProcess;
  /** Restarts the root on its port. */
  restartRoot(signal?: NodeJS.Signals): Promise<void>;
  /** Logs of all three, for the message of a failed test. */
  logs(): string;
  stop(): Promise<void>;
}

/** Starts three relays of one kind, the nodes after the root. */
export async function startThreeNodes(kind: RelayKind, options: Partial<RelayOptions> = {}): Promise<ThreeNodes> {
  const root = await RelayProcess.start(kind, options);
  const started = await Promise.allSettled([
    RelayProcess.start(kind, { ...options, rootPort: root.port }),
    RelayProcess.start(kind, { ...options, rootPort: root.port }),
  ]);
  const nodes = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const [entry, exit] = nodes;
  if (entry === undefined || exit === undefined) {
    await Promise.all([root, ...nodes].map((relay) => relay.stop("SIGKILL")));
    throw started.find((result) => result.status === "rejected")?.reason;
  }
  const cluster: ThreeNodes = {
    root,
    entry,
    exit,
    restartRoot: async (signal) => {
      cluster.root = await cluster.root.restart(signal);
    },
    logs: () => [cluster.root, entry, exit].map((relay) => `== ${relay.program.name}\n${relay.log()}`).join("\n"),
    stop: async () => {
      await Promise.all([cluster.root, entry, exit].map((relay) => relay.stop()));
    },
  };
  return cluster;
}
