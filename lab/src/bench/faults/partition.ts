import { GapWatch } from "../../load/gap-watch.ts";
import { LatencyHistogram } from "../../load/latency-histogram.ts";
import { LoadListener } from "../../load/load-listener.ts";
import { LoadPublisher } from "../../load/load-publisher.ts";
import { connect } from "../../load/load-run.ts";
import { LoadSubscriber } from "../../load/load-subscriber.ts";
import { udpSourcesMissing } from "../../net/udp-sources.ts";
import { PartedCluster } from "../../process/parted-cluster.ts";
import type { RelayProcess } from "../../process/relay-process.ts";
import { pause, until } from "../../process/wait.ts";
import { type Fault, type Options, type Suffered, sumUp } from "./suffered.ts";

/** The two halves of a cluster are cut from one another for a while. */
export const PARTITION: Fault = {
  name: "cluster parted in two halves",
  tested: 1,
  bound: 15_000,
  missing: udpSourcesMissing,
  suffer,
};

/** In each half, besides its root. */
const NODES = 2;

/** Milliseconds after which a viewer that was refused asks again. */
const ASK_AGAIN = 50;

async function suffer(options: Options): Promise<readonly Suffered[]> {
  const cluster = await PartedCluster.start(NODES);
  try {
    const listeners = await Promise.all(cluster.all.map(({ port }) => connect(port, (c) => new LoadListener(c))));
    const watches = [await flow(cluster, 0, options), await flow(cluster, 1, options)];
    const gaps: number[] = [];
    const announced: number[] = [];
    const played: number[] = [];
    for (let cycle = 0; cycle < options.cycles; cycle++) {
      await until("links to both roots", () => isWhole(cluster));
      await pause(2_000);
      for (const watch of watches) watch.clear();
      cluster.part();
      await pause(options.parted * 500);
      const names = [`late/0-${cycle}`, `late/1-${cycle}`];
      const publishers = [await publish(cluster, 0, names[0], options), await publish(cluster, 1, names[1], options)];
      await pause(options.parted * 500);
      cluster.heal();
      const found = await Promise.all([seen(listeners, names), playable(cluster, names)]);
      await pause(1_500);
      announced.push(found[0]);
      played.push(found[1]);
      gaps.push(Math.max(...watches.map(({ longest }) => longest)) - 1_000 / options.rate);
      for (const publisher of publishers) publisher.close();
    }
    const sums = watches.map((watch) => watch.sum());
    const name = `${PARTITION.name} for ${options.parted} s`;
    return [
      sumUp(`${name}: inside each half`, gaps, sums),
      sumUp(`${name}: after the heal, until all that is new is announced at all relays`, announced, sums),
      sumUp(`${name}: after the heal, until all that is new plays at all relays`, played, sums),
    ];
  } catch (error) {
    throw new Error(`${PARTITION.name}: ${(error as Error).message}\n${cluster.logs()}`, { cause: error });
  } finally {
    await cluster.stop();
  }
}

/** Published at one node of a half, watched at the other. */
async function flow(cluster: PartedCluster, half: number, options: Options): Promise<GapWatch> {
  const broadcast = `live/${half}`;
  await publish(cluster, half, broadcast, options);
  const delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  const exit = cluster.half(half)[NODES]?.port ?? 0;
  const subscriber = await connect(exit, (connection) => new LoadSubscriber(connection, delivered, broadcast));
  const watch = new GapWatch(subscriber, options.group);
  await until("frames come", () => subscriber.frames > 0);
  return watch;
}

/** At the first node of a half. */
async function publish(cluster: PartedCluster, half: number, broadcast = "", options: Options): Promise<LoadPublisher> {
  const feed = { frameRate: options.rate, frameSize: options.size, groupSize: options.group, broadcast };
  const entry = cluster.half(half)[1]?.port ?? 0;
  const publisher = await connect(entry, (connection) => new LoadPublisher(connection, feed));
  await until("the relay asks for announcements", () => publisher.announced);
  return publisher;
}

/** Milliseconds until all of them have heard of all names. */
async function seen(listeners: readonly LoadListener[], names: readonly string[]): Promise<number> {
  const began = performance.now();
  await until("all is announced", () => listeners.every(({ live }) => names.every((name) => live.has(name))));
  return performance.now() - began;
}

/** Milliseconds until a viewer at each relay has a frame of each of these broadcasts. */
async function playable(cluster: PartedCluster, names: readonly string[]): Promise<number> {
  const began = performance.now();
  const visits = cluster.all.flatMap((relay) => names.map((name) => visit(relay, name)));
  return Math.max(...(await Promise.all(visits))) - began;
}

/** When a viewer had a frame, who asks again as long as it is refused. */
async function visit({ port }: RelayProcess, broadcast: string): Promise<number> {
  const delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  const subscriber = await connect(port, (connection) => new LoadSubscriber(connection, delivered, broadcast));
  return new Promise((resolve) => {
    subscriber.onRefused = () => setTimeout(() => subscriber.subscribe(undefined), ASK_AGAIN);
    subscriber.onFrame = () => {
      resolve(performance.now());
      subscriber.onFrame = undefined;
      subscriber.onRefused = undefined;
      subscriber.close();
    };
  });
}

async function isWhole(cluster: PartedCluster): Promise<boolean> {
  for (const half of [0, 1]) {
    for (const node of cluster.half(half).slice(1)) {
      if ((await node.metric("moq_cluster_links", { kind: "root" })) < 2) return false;
    }
  }
  return true;
}
