/**
 * What viewers notice of faults: a publisher at one node, subscribers at another, and between them something that dies, falls
 * silent or is asked to end, again and again. Frames missing, frames that came twice, and the longest gap beyond the interval
 * of frames.
 */
import { GapWatch } from "../../load/gap-watch.ts";
import { LatencyHistogram } from "../../load/latency-histogram.ts";
import { LoadPublisher } from "../../load/load-publisher.ts";
import { connect } from "../../load/load-run.ts";
import { type Delivered, LoadSubscriber } from "../../load/load-subscriber.ts";
import { BROADCAST } from "../../load/load-track.ts";
import { ClusterSecret } from "../../mixed/cluster-secret.ts";
import { DroppedPackets } from "../../net/dropped-packets.ts";
import { udpPortsOf } from "../../net/udp-sources.ts";
import { ProcessCluster } from "../../process/cluster.ts";
import { ourRelay } from "../../process/our-relay.ts";
import type { RelayKind } from "../../process/relay-kind.ts";
import type { RelayProcess } from "../../process/relay-process.ts";
import { pause, until } from "../../process/wait.ts";
import { wedge, withInspector } from "../../process/wedge.ts";
import { type Fault, type Options, type Suffered, sumUp } from "./suffered.ts";

/** Something that is done to one relay of a cluster. */
interface Affliction {
  readonly name: string;
  readonly roots: number;
  readonly flags: readonly string[];
  /** Whether the one that suffers carries the media. */
  readonly inPath: boolean;
  /** Cycles in a test, when not two. */
  readonly tested?: number;
  /** The relay as it is, when not given. */
  readonly kind?: RelayKind;
  /** Its packets are dropped: that needs a network of its own. */
  readonly alone?: boolean;
  inflict(relay: RelayProcess, cluster: ProcessCluster): Promise<unknown>;
}

const THROUGH_ROOTS = ["--cluster-links", "root"];
const TWO_WAYS = [...THROUGH_ROOTS, "--cluster-standby", BROADCAST];

const AFFLICTIONS: readonly Affliction[] = [
  {
    name: "nothing, for as long: what the machine does by itself",
    roots: 1,
    flags: [],
    inPath: false,
    tested: 0,
    inflict: () => pause(3_000),
  },
  {
    name: "root killed, flows on direct links",
    roots: 1,
    flags: [],
    inPath: false,
    inflict: (root, cluster) => cluster.restart(root, "SIGKILL"),
  },
  {
    name: "root silent for 3 s, flows on direct links",
    roots: 1,
    flags: [],
    inPath: false,
    inflict: (root) => silence(root, 3_000),
  },
  {
    name: "relay in the path stopped (SIGTERM)",
    roots: 2,
    flags: THROUGH_ROOTS,
    inPath: true,
    inflict: (root, cluster) => cluster.restart(root, "SIGTERM"),
  },
  {
    name: "relay in the path killed (SIGKILL)",
    roots: 2,
    flags: THROUGH_ROOTS,
    inPath: true,
    inflict: (root, cluster) => cluster.restart(root, "SIGKILL"),
  },
  {
    name: "relay in the path silent for 3 s (SIGSTOP)",
    roots: 2,
    flags: THROUGH_ROOTS,
    inPath: true,
    inflict: (root) => silence(root, 3_000),
  },
  {
    name: "relay in the path killed (SIGKILL), standby",
    roots: 2,
    flags: TWO_WAYS,
    inPath: true,
    inflict: (root, cluster) => cluster.restart(root, "SIGKILL"),
  },
  {
    name: "relay in the path silent for 3 s (SIGSTOP), standby",
    roots: 2,
    flags: TWO_WAYS,
    inPath: true,
    inflict: (root) => silence(root, 3_000),
  },
  {
    name: "relay in the path with a wedged event loop for 6 s",
    roots: 2,
    flags: THROUGH_ROOTS,
    inPath: true,
    kind: withInspector(ourRelay),
    inflict: (root) => wedge(root, 6_000),
  },
  {
    name: "relay in the path silent for 3 s (its packets dropped)",
    roots: 2,
    flags: THROUGH_ROOTS,
    inPath: true,
    tested: 0,
    alone: true,
    inflict: (root) => cutOff(root, 3_000),
  },
  {
    name: "root silent for 3 s (its packets dropped), flows on direct links",
    roots: 1,
    flags: [],
    inPath: false,
    tested: 0,
    alone: true,
    inflict: (root) => cutOff(root, 3_000),
  },
];

/** A relay dies, falls silent, is asked to end or is held up, under a flow from one node to another. */
export const RELAY_FAULTS: readonly Fault[] = AFFLICTIONS.map((affliction) => ({
  name: affliction.name,
  tested: affliction.tested ?? 2,
  bound: 5_000,
  alone: affliction.alone ?? false,
  suffer: async (options) => [await suffer(affliction, options)],
}));

/** An affliction, again and again under one flow. */
async function suffer(fault: Affliction, options: Options): Promise<Suffered> {
  const secret = options.credentials === 1 ? new ClusterSecret() : undefined;
  const flags = [...fault.flags, ...(secret?.keyFlags ?? [])];
  const cluster = await ProcessCluster.start(fault.roots, 2, flags, fault.kind);
  try {
    const { publisher, watches } = await flow(cluster, options);
    const gaps: number[] = [];
    for (let cycle = 0; cycle < options.cycles; cycle++) {
      const victim = await settled(cluster, fault);
      for (const watch of watches) watch.clear();
      await pause(Math.random() * 1_000);
      await fault.inflict(victim, cluster);
      await pause(1_500);
      gaps.push(Math.max(...watches.map(({ longest }) => longest)) - 1_000 / options.rate);
    }
    publisher.close();
    const sums = watches.map((watch) => watch.sum());
    return sumUp(secret ? `${fault.name}, with tokens` : fault.name, gaps, sums);
  } catch (error) {
    throw new Error(`${fault.name}: ${(error as Error).message}\n${cluster.logs()}`, { cause: error });
  } finally {
    await cluster.stop();
    secret?.remove();
  }
}

async function flow(cluster: ProcessCluster, options: Options) {
  const [entry, exit] = cluster.nodes;
  const feed = { frameRate: options.rate, frameSize: options.size, groupSize: options.group };
  const publisher = await connect(entry?.port ?? 0, (connection) => new LoadPublisher(connection, feed));
  await until("the relay asks for announcements", () => publisher.announced);
  const delivered: Delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  const watches: GapWatch[] = [];
  for (let i = 0; i < options.subscribers; i++) {
    const subscriber = await connect(exit?.port ?? 0, (connection) => new LoadSubscriber(connection, delivered));
    watches.push(new GapWatch(subscriber, options.group));
    await until("frames come", () => subscriber.frames > 0);
  }
  return { publisher, watches };
}

/** Waits until the cluster is whole and the flow goes where it should, and gives who is to suffer. */
async function settled(cluster: ProcessCluster, { inPath }: Affliction): Promise<RelayProcess> {
  const victim = await until("the flow takes its way", async () => {
    const root = await cluster.carryingRoot();
    if (inPath) return root;
    return root === undefined ? cluster.roots[0] : undefined;
  });
  // Counted at the roots: one that is new knows of no link that is dead and not noticed yet.
  for (const root of cluster.roots) {
    const { length } = cluster.nodes;
    await until("links of all nodes", async () => (await root.metric("moq_cluster_links", { kind: "node" })) >= length);
  }
  // A root that was only silent still counts links that its nodes have lost: they are asked, too.
  for (const node of cluster.nodes) {
    const { length } = cluster.roots;
    await until("links to all roots", async () => (await node.metric("moq_cluster_links", { kind: "root" })) >= length);
  }
  // What was lost with them is found again.
  await pause(2_500);
  return inPath ? ((await cluster.carryingRoot()) ?? victim) : victim;
}

async function silence(relay: RelayProcess, milliseconds: number): Promise<void> {
  relay.program.kill("SIGSTOP");
  await pause(milliseconds);
  relay.program.kill("SIGCONT");
}

let network: DroppedPackets | undefined;

async function cutOff(relay: RelayProcess, milliseconds: number): Promise<void> {
  network ??= new DroppedPackets();
  network.drop(udpPortsOf(relay.program.pid ?? 0));
  await pause(milliseconds);
  network.lift();
}
