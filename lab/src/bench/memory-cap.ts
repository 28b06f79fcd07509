/**
 * Twice the load that fits: publishers whose groups alone would fill the memory that the relay may use, and for each of them a
 * reader that takes nothing beside one that takes all. The relay must shed, and must not be killed: where control groups can
 * be made (as root, version 1) the system itself enforces the cap.
 */
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { LatencyHistogram } from "../load/latency-histogram.ts";
import { LoadPublisher } from "../load/load-publisher.ts";
import { connect } from "../load/load-run.ts";
import { type Delivered, LoadSubscriber } from "../load/load-subscriber.ts";
import { ourRelay } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { pause, until } from "../process/wait.ts";
import { numbers } from "./options.ts";
import { keep, printTable } from "./report.ts";

const DEFAULTS = {
  /** MiB that the relay may use. */
  limit: 512,
  /** Seconds of load. */
  seconds: 600,
  publishers: 40,
  /** Frames a second, bytes of a frame, frames of a group. */
  rate: 30,
  size: 16_384,
  group: 30,
};
type Options = typeof DEFAULTS;

export async function memoryCap(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const flags = ["--limits-memory", `${options.limit}MiB`, "--cache-capacity", `${2 * options.limit}MiB`];
  const relay = await RelayProcess.start(ourRelay, { flags, logLevel: "warn" });
  const group = new ControlGroup(options.limit);
  try {
    group.add(relay.program.pid);
    console.log(group.made ? "the system enforces the cap" : "the system does not enforce the cap: no control group");
    const delivered = nothing();
    const publishers = await load(relay.port, options, delivered);
    const peak = await observe(relay, options);
    await report(relay, options, publishers, delivered, peak);
  } finally {
    await relay.stop();
    group.remove();
  }
}

async function load(port: number, options: Options, delivered: Delivered): Promise<LoadPublisher[]> {
  const publishers: LoadPublisher[] = [];
  for (let i = 0; i < options.publishers; i++) {
    const broadcast = `load/${i}`;
    const feed = {
      frameRate: options.rate,
      frameSize: options.size,
      groupSize: options.group,
      broadcast,
      maxAge: 30_000,
    };
    const publisher = await connect(port, (connection) => new LoadPublisher(connection, feed));
    await until("the relay asks for announcements", () => publisher.announced);
    publishers.push(publisher);
    await connect(port, (connection) => new LoadSubscriber(connection, delivered, broadcast));
    await connect(port, (connection) => new LoadSubscriber(connection, nothing(), broadcast, 0));
  }
  return publishers;
}

/** Watches for as long as the load lasts; gives the largest resident size, bytes. */
async function observe(relay: RelayProcess, { seconds }: Options): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let peak = 0;
  for (let tick = 0; performance.now() < end; tick++) {
    await pause(500);
    const { rss } = relay.usage();
    peak = Math.max(peak, rss);
    if (tick % 20 !== 0) continue;
    const level = await relay.metric("moq_memory_level");
    const cache = await relay.metric("moq_cache_bytes");
    console.log(`resident ${mib(rss)} MiB, cache ${mib(cache)} MiB, level ${level}`);
  }
  return peak;
}

async function report(
  relay: RelayProcess,
  options: Options,
  publishers: readonly LoadPublisher[],
  delivered: Delivered,
  peak: number,
): Promise<void> {
  const sent = publishers.reduce((sum, { frames }) => sum + frames, 0);
  const figures = {
    "limit MiB": options.limit,
    "peak MiB": mib(peak),
    "frames of healthy readers, %": (delivered.frames / sent) * 100,
    "publishers lost": publishers.filter(({ closed }) => closed).length,
    "readers lost": delivered.lost,
    "sessions shed": await relay.metric("moq_sessions_shed_total"),
    "groups evicted": await relay.metric("moq_cache_evictions_total"),
  };
  keep("memory-cap", { options, ...figures });
  printTable(`Memory cap: ${options.publishers} publishers, ${options.seconds} s`, [figures]);
}

function nothing(): Delivered {
  return { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

/** A control group of its own with a cap on memory, where one can be made. */
class ControlGroup {
  readonly made: boolean;
  readonly #folder = `/sys/fs/cgroup/memory/moq-lab-${process.pid}`;

  constructor(limit: number) {
    this.made = attempt(() => {
      mkdirSync(this.#folder);
      writeFileSync(`${this.#folder}/memory.limit_in_bytes`, String(limit * 2 ** 20));
    });
  }

  add(pid: number): void {
    if (this.made) writeFileSync(`${this.#folder}/cgroup.procs`, String(pid));
  }

  remove(): void {
    if (this.made) attempt(() => rmdirSync(this.#folder));
  }
}

function attempt(task: () => void): boolean {
  try {
    task();
    return true;
  } catch {
    return false;
  }
}
