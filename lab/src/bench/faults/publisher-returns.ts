import { fileURLToPath } from "node:url";
import { GapWatch } from "../../load/gap-watch.ts";
import { LatencyHistogram } from "../../load/latency-histogram.ts";
import { LoadListener } from "../../load/load-listener.ts";
import { connect } from "../../load/load-run.ts";
import { LoadSubscriber } from "../../load/load-subscriber.ts";
import { BROADCAST } from "../../load/load-track.ts";
import type { PublishSettings } from "../../load/publish.ts";
import { ProcessCluster } from "../../process/cluster.ts";
import { Program } from "../../process/program.ts";
import { pause, until } from "../../process/wait.ts";
import { type Fault, type Options, type Suffered, sumUp } from "./suffered.ts";

const PUBLISH = fileURLToPath(new URL("../../load/publish.ts", import.meta.url));

/** Longest time that the publisher stays away besides what its start takes, milliseconds. */
const AWAY = 1_500;

/** A publisher is killed and is back within two seconds, as the same one, where it would be had it stayed. */
export const PUBLISHER_RETURNS: Fault = {
  name: "publisher killed and back within 2 s: beyond its own pause",
  tested: 3,
  bound: 4_000,
  suffer: async (options) => [await suffer(options)],
};

async function suffer(options: Options): Promise<Suffered> {
  const cluster = await ProcessCluster.start(1, 3);
  let publisher: Published | undefined;
  try {
    const [entry, exit, elsewhere] = cluster.nodes.map(({ port }) => port);
    const { rate, size, group } = options;
    const schedule = { epoch: Date.now() - 60_000, frameRate: rate, frameSize: size, groupSize: group };
    const settings = { port: entry ?? 0, broadcast: BROADCAST, hop: 4_711, schedule };
    const listener = await connect(elsewhere ?? 0, (connection) => new LoadListener(connection));
    const watches: GapWatch[] = [];
    const begun = publish(settings);
    publisher = begun;
    await until("the broadcast is announced", () => listener.live.has(BROADCAST));
    for (let i = 0; i < options.subscribers; i++) watches.push(await watch(exit ?? 0, group));
    await begun.began;
    const gaps: number[] = [];
    for (let cycle = 0; cycle < options.cycles; cycle++) {
      await pause(3_000 + Math.random() * 1_000);
      for (const each of watches) each.clear();
      const wentAt = performance.timeOrigin + performance.now();
      await publisher.program.stop("SIGKILL");
      await pause(Math.random() * AWAY);
      publisher = publish(settings);
      const away = (await publisher.began) - wentAt;
      await pause(2_500);
      gaps.push(Math.max(0, Math.max(...watches.map(({ longest }) => longest)) - away - 1_000 / rate));
    }
    const sums = watches.map((each) => each.sum());
    if (listener.ended > 0) throw new Error(`the broadcast was taken back ${listener.ended} times`);
    return sumUp(PUBLISHER_RETURNS.name, gaps, sums);
  } catch (error) {
    throw new Error(`${PUBLISHER_RETURNS.name}: ${(error as Error).message}\n${cluster.logs()}`, { cause: error });
  } finally {
    await publisher?.program.stop("SIGKILL");
    await cluster.stop();
  }
}

interface Published {
  readonly program: Program;
  /** Resolves with the time of its first frame, milliseconds since 1970. */
  readonly began: Promise<number>;
}

function publish(settings: PublishSettings): Published {
  const program = new Program("publisher", { file: process.execPath, args: [PUBLISH, JSON.stringify(settings)] });
  const began = until("the publisher's first frame", () => {
    if (program.ended) throw new Error(program.lines.join("\n"));
    return program.lines[0] === undefined ? undefined : Number(program.lines[0]);
  });
  // Whoever waits for it hears of it; nobody may, when something else went wrong before.
  began.catch(() => {});
  return { program, began };
}

async function watch(port: number, groupSize: number): Promise<GapWatch> {
  const delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  const subscriber = await connect(port, (connection) => new LoadSubscriber(connection, delivered));
  const watching = new GapWatch(subscriber, groupSize);
  await until("frames come", () => subscriber.frames > 0);
  return watching;
}
