/**
 * Latency on loopback: how long until an announcement is seen and until the first frame comes, and what a hop adds to a frame.
 * With the reference client over QUIC and with @moq/net over WebSocket, through three nodes and through one.
 */
import { NpmPublisher, NpmSubscriber } from "../clients/npm-client.ts";
import { deliver, referenceMissing } from "../clients/reference-client.ts";
import { ourRelay } from "../process/our-relay.ts";
import { quicMissing } from "../process/quic-addon.ts";
import type { RelayKind } from "../process/relay-kind.ts";
import { startThreeNodes, type ThreeNodes } from "../process/three-nodes.ts";
import { numbers } from "./options.ts";
import { relaysToMeasure } from "./relays.ts";
import { keep, median, printTable } from "./report.ts";

const DEFAULTS = {
  /** How often each relay is measured with each client. */
  rounds: 3,
  /** Broadcasts that are announced and found in a round, with the reference client and with @moq/net. */
  announces: 100,
  starts: 5,
  /** Seconds of frames, frames a second, bytes of a frame. */
  seconds: 10,
  rate: 60,
  size: 1024,
};
type Options = typeof DEFAULTS;

/** Medians of one round, milliseconds. */
interface Figures {
  /** From announcing at the entry node to being found at the exit node. */
  readonly announce: number;
  /** From announcing to the first frame at a subscriber that waited. */
  readonly first: number;
  /** A frame from the publisher to the subscriber, through three nodes and through one. */
  readonly three: number;
  readonly one: number;
}

type Measure = (cluster: ThreeNodes, options: Options, round: number) => Promise<Figures>;

/** How our nodes connect: a flow that stays on the root goes through all three nodes, as it does at the Rust relay. */
interface Setup {
  readonly kind: RelayKind;
  readonly name: string;
  readonly flags: readonly string[];
}

export async function latency(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const setups = relaysToMeasure().flatMap(setupsOf);
  const clients: [string, Measure][] = [];
  const missing = referenceMissing() ?? quicMissing();
  if (missing === undefined) clients.push(["moq-rs 0.5.1, QUIC", withReferenceClient]);
  else console.log(`without the reference client: ${missing}`);
  clients.push(["@moq/net 0.3.4, WebSocket", withNpmClient]);
  for (const [client, measure] of clients) {
    const figures = new Map<Setup, Figures[]>(setups.map((setup) => [setup, []]));
    for (let round = 1; round <= options.rounds; round++) {
      for (const setup of setups) figures.get(setup)?.push(await measureSetup(setup, client, measure, options, round));
    }
    const rows = [...figures].map(([setup, rounds]) => ({ relay: setup.name, ...row(rounds) }));
    printTable(`Latency with ${client}: medians of ${options.rounds} rounds, milliseconds`, rows);
  }
}

function setupsOf(kind: RelayKind): Setup[] {
  if (kind !== ourRelay) return [{ kind, name: kind.name, flags: [] }];
  return [
    { kind, name: `${kind.name}, through the root`, flags: ["--cluster-links", "root"] },
    { kind, name: `${kind.name}, direct links`, flags: [] },
  ];
}

async function measureSetup(
  setup: Setup,
  client: string,
  measure: Measure,
  options: Options,
  round: number,
): Promise<Figures> {
  const cluster = await startThreeNodes(setup.kind, { flags: setup.flags, logLevel: "error" });
  try {
    const figures = await measure(cluster, options, round);
    keep("latency", { round, client, relay: setup.name, options, ...figures });
    return figures;
  } finally {
    await cluster.stop();
  }
}

function row(rounds: readonly Figures[]): Record<string, number> {
  const of = (pick: (figures: Figures) => number) => median(rounds.map(pick));
  return {
    "announce seen": of((round) => round.announce),
    "first frame": of((round) => round.first),
    "frame, three nodes": of((round) => round.three),
    "frame, one node": of((round) => round.one),
    "added per hop": of((round) => (round.three - round.one) / 2),
  };
}

const withReferenceClient: Measure = async (cluster, options, round) => {
  const frames = {
    groups: options.seconds,
    groupSize: options.rate,
    rate: options.rate,
    size: options.size,
    settle: 3,
  };
  const far = await deliver(cluster.entry.httpsUrl, cluster.exit.httpsUrl, {
    ...frames,
    announces: options.announces,
    name: `far${round}`,
  });
  const near = await deliver(cluster.entry.httpsUrl, cluster.entry.httpsUrl, { ...frames, name: `near${round}` });
  return {
    announce: far.announce?.p50 ?? Number.NaN,
    first: far.first?.p50 ?? Number.NaN,
    three: far.latency.p50,
    one: near.latency.p50,
  };
};

const withNpmClient: Measure = async (cluster, options) => {
  const { entry, exit } = cluster;
  const starts: { announce: number; first: number }[] = [];
  for (let start = 0; start < options.starts; start++) {
    starts.push(await npmDelivery(entry.httpUrl, exit.httpUrl, `start${start}`, 0, options));
  }
  const far = await npmDelivery(entry.httpUrl, exit.httpUrl, "far", options.seconds, options);
  const near = await npmDelivery(entry.httpUrl, entry.httpUrl, "near", options.seconds, options);
  return {
    announce: median(starts.map(({ announce }) => announce)),
    first: median(starts.map(({ first }) => first)),
    three: far.frame,
    one: near.frame,
  };
};

/** One broadcast, published when its subscriber waits for it already, for so many seconds. */
async function npmDelivery(
  publish: string,
  subscribe: string,
  broadcast: string,
  seconds: number,
  options: Options,
): Promise<{ announce: number; first: number; frame: number }> {
  const settings = { module: "@moq/net", binding: "websocket" as const, broadcast, track: "frames" };
  const subscriber = new NpmSubscriber({ ...settings, url: subscribe });
  await subscriber.told("waiting");
  const feed = { instance: 1, frameRate: options.rate, groupSize: options.rate, frameSize: options.size };
  const publisher = new NpmPublisher({ ...settings, url: publish }, feed);
  const began = (await publisher.told("publishing")).at;
  const announced = (await subscriber.told("announced", ({ active }) => active)).at;
  const first = (await subscriber.told("first-frame")).at;
  const progress = seconds > 0 ? await subscriber.reaches(1, seconds - 1, seconds * 1000 + 30_000) : undefined;
  await Promise.all([publisher.kill(), subscriber.kill()]);
  return { announce: announced - began, first: first - began, frame: progress?.latency ?? Number.NaN };
}
