import { GapWatch } from "../../load/gap-watch.ts";
import { LatencyHistogram } from "../../load/latency-histogram.ts";
import { LoadSubscriber } from "../../load/load-subscriber.ts";
import { Roaming } from "../../load/roaming.ts";
import { SchedulePublisher } from "../../load/schedule-publisher.ts";
import { ProcessCluster } from "../../process/cluster.ts";
import { pause, until } from "../../process/wait.ts";
import { type Fault, type Options, type Suffered, sumUp } from "./suffered.ts";

const NODES = 3;

/** All relays of a cluster are asked to end and started again, one after the other, as for a new version of the program. */
export const ROLLING_DRAIN: Fault = {
  name: "relays drained in turn",
  tested: NODES + 1,
  bound: 4_000,
  asksAgain: true,
  suffer,
};

/** Milliseconds after which a viewer that was refused asks again. */
const ASK_AGAIN = 50;

interface Viewer {
  readonly broadcast: number;
  readonly watch: GapWatch;
  readonly client: Roaming<LoadSubscriber>;
}

type Publisher = Roaming<SchedulePublisher>;

async function suffer(options: Options): Promise<readonly Suffered[]> {
  const cluster = await ProcessCluster.start(1, NODES);
  const publishers: Publisher[] = [];
  const viewers: Viewer[] = [];
  try {
    const ports = cluster.nodes.map(({ port }) => port);
    for (let at = 0; at < NODES; at++) publishers.push(await publish(ports, at, options));
    for (let at = 0; at < NODES; at++) {
      for (let broadcast = 0; broadcast < NODES; broadcast++) viewers.push(await watch(ports, at, broadcast, options));
    }
    const attached: number[] = [];
    const others: number[] = [];
    for (let cycle = 0; cycle < options.cycles; cycle++) {
      await settled(cluster);
      for (const viewer of viewers) viewer.watch.clear();
      const relay = cluster.all[cycle % cluster.all.length];
      if (relay === undefined) continue;
      const touched = new Set(viewers.filter((viewer) => isAt(relay.port, viewer, publishers)));
      const how = await cluster.restart(relay, "SIGTERM");
      if (how !== 0) throw new Error(`${relay.program.name} ended with ${how}\n${relay.log()}`);
      await pause(2_500);
      for (const viewer of viewers) {
        (touched.has(viewer) ? attached : others).push(viewer.watch.longest - 1_000 / options.rate);
      }
    }
    const sums = viewers.map((viewer) => viewer.watch.sum());
    return [
      sumUp(`${ROLLING_DRAIN.name}: publisher or viewer at the one that goes`, attached, sums),
      sumUp(`${ROLLING_DRAIN.name}: everybody else`, others, sums),
    ];
  } catch (error) {
    throw new Error(`${ROLLING_DRAIN.name}: ${(error as Error).message}\n${cluster.logs()}`, { cause: error });
  } finally {
    for (const { client } of viewers) client.close();
    for (const publisher of publishers) publisher.close();
    await cluster.stop();
  }
}

/** Whether a viewer, or the one that it watches, is at the relay on this port. */
function isAt(port: number, { client, broadcast }: Viewer, publishers: readonly Publisher[]): boolean {
  return client.port === port || publishers[broadcast]?.port === port;
}

/** A publisher that has two connections while it moves: the old one goes when its relay ends it. */
async function publish(ports: readonly number[], at: number, { rate, size, group }: Options): Promise<Publisher> {
  const schedule = { epoch: Date.now() - 60_000, frameRate: rate, frameSize: size, groupSize: group };
  const what = { broadcast: name(at), hop: BigInt(4_000 + at), schedule };
  const open = (connection: ConstructorParameters<typeof SchedulePublisher>[0]) =>
    new SchedulePublisher(connection, what);
  const publisher = await Roaming.start(ports, at, 1 + (at % (NODES - 1)), open);
  await until("the relay asks for announcements", () => publisher.current?.announced);
  return publisher;
}

/** A viewer that leaves for another relay as soon as it has a connection there. */
async function watch(ports: readonly number[], at: number, broadcast: number, { group }: Options): Promise<Viewer> {
  const delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  let watching: GapWatch | undefined;
  const client = await Roaming.start<LoadSubscriber>(ports, at, 1 + (broadcast % (NODES - 1)), (connection, before) => {
    before?.close();
    const subscriber = new LoadSubscriber(connection, delivered, name(broadcast), undefined, watching?.next);
    watching?.follow(subscriber);
    watching ??= new GapWatch(subscriber, group);
    // The broadcast may be on its way, too: the relay knows of the old place only, and that it goes away.
    subscriber.onRefused = () =>
      setTimeout(() => client.current === subscriber && subscriber.subscribe(watching?.next), ASK_AGAIN);
    return subscriber;
  });
  await until("frames come", () => delivered.frames > 0);
  if (watching === undefined) throw new Error("a viewer without a connection");
  return { broadcast, watch: watching, client };
}

async function settled(cluster: ProcessCluster): Promise<void> {
  for (const node of cluster.nodes) {
    await until("links to all roots", async () => (await node.metric("moq_cluster_links", { kind: "root" })) >= 1);
  }
  // What was lost with them is found again.
  await pause(2_500);
}

function name(broadcast: number): string {
  return `load/live${broadcast}`;
}
