/**
 * A relay under steady load with viewers that come and go: what it holds after a forced collection must not grow, and when
 * everybody has left nothing may be left.
 */
import { LatencyHistogram } from "../load/latency-histogram.ts";
import { LoadPublisher } from "../load/load-publisher.ts";
import { connect } from "../load/load-run.ts";
import { type Delivered, LoadSubscriber } from "../load/load-subscriber.ts";
import { ourRelay, withMemorySignal } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { pause, until, within } from "../process/wait.ts";
import { numbers } from "./options.ts";
import { keep, printTable } from "./report.ts";

const DEFAULTS = {
  seconds: 600,
  subscribers: 200,
  /** Viewers that leave, and others that come, each second. */
  churn: 20,
  /** Frames a second, bytes of a frame, frames of a group. */
  rate: 30,
  size: 1_200,
  group: 15,
  /** Seconds between two looks. */
  every: 20,
};
type Options = typeof DEFAULTS;

/** What the relay holds after a collection, bytes. */
interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** Gauges that are 0 when the relay is idle. */
const TABLES = [
  "moq_sessions",
  "moq_routes",
  "moq_readers",
  "moq_tracks",
  "moq_groups",
  "moq_cache_bytes",
  "moq_streams",
];

export async function soak(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const relay = await RelayProcess.start(withMemorySignal(ourRelay), { logLevel: "warn" });
  try {
    const idle = await tables(relay);
    const load = await start(relay.port, options);
    const looks = await run(relay, load, options);
    load.close();
    const left = await emptied(relay, idle);
    report(options, looks, load.delivered, left);
  } finally {
    await relay.stop();
  }
}

/** A publisher, and viewers of which the oldest leave and new ones come. */
class Load {
  readonly delivered: Delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  readonly #port: number;
  readonly #publisher: LoadPublisher;
  readonly #viewers: LoadSubscriber[] = [];
  #joined = 0;

  constructor(port: number, publisher: LoadPublisher) {
    this.#port = port;
    this.#publisher = publisher;
  }

  get joined(): number {
    return this.#joined;
  }

  async join(): Promise<void> {
    this.#viewers.push(await connect(this.#port, (connection) => new LoadSubscriber(connection, this.delivered)));
    this.#joined += 1;
  }

  leave(): void {
    this.#viewers.shift()?.close();
  }

  close(): void {
    while (this.#viewers.length > 0) this.leave();
    this.#publisher.close();
  }
}

async function start(port: number, options: Options): Promise<Load> {
  const feed = { frameRate: options.rate, frameSize: options.size, groupSize: options.group };
  const publisher = await connect(port, (connection) => new LoadPublisher(connection, feed));
  await until("the relay asks for announcements", () => publisher.announced);
  const load = new Load(port, publisher);
  for (let i = 0; i < options.subscribers; i++) await load.join();
  return load;
}

async function run(relay: RelayProcess, load: Load, options: Options): Promise<Memory[]> {
  const looks: Memory[] = [];
  const began = performance.now();
  let looked = began;
  for (let change = 1; performance.now() - began < options.seconds * 1_000; change++) {
    await pause(Math.max(0, began + (change * 1_000) / options.churn - performance.now()));
    load.leave();
    await load.join();
    if (performance.now() - looked < options.every * 1_000) continue;
    looked = performance.now();
    const memory = await look(relay);
    looks.push(memory);
    const [rss, heap, external] = [memory.rss, memory.heapUsed, memory.external].map(mib);
    console.log(`${load.joined} joined: resident ${rss} MiB, heap ${heap} MiB, external ${external} MiB`);
  }
  return looks;
}

async function look(relay: RelayProcess): Promise<Memory> {
  const told = Promise.withResolvers<Memory>();
  const stop = relay.program.onLine((line) => {
    if (line.startsWith("memory ")) told.resolve(JSON.parse(line.slice("memory ".length)) as Memory);
  });
  relay.program.kill("SIGUSR2");
  try {
    return await within("the relay tells its memory", told.promise);
  } finally {
    stop();
  }
}

async function tables(relay: RelayProcess): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of TABLES) sizes.set(name, await relay.metric(name));
  return sizes;
}

/** Waits 10 s at most until the tables are as they were; gives those that are not. */
async function emptied(relay: RelayProcess, idle: ReadonlyMap<string, number>): Promise<string[]> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const now = await tables(relay);
    const left = TABLES.filter((name) => now.get(name) !== idle.get(name)).map((name) => `${name} ${now.get(name)}`);
    if (left.length === 0 || performance.now() > deadline) return left;
    await pause(100);
  }
}

function report(options: Options, looks: readonly Memory[], delivered: Delivered, left: readonly string[]): void {
  const half = looks.slice(Math.floor(looks.length / 2));
  const grown = (pick: (memory: Memory) => number) => mib(pick(half.at(-1) ?? half[0]!) - pick(half[0]!));
  const hours = ((half.length - 1) * options.every) / 3_600;
  const figures = {
    "heap grown, MiB": grown(({ heapUsed }) => heapUsed),
    "external grown, MiB": grown(({ external }) => external),
    "resident grown, MiB": grown(({ rss }) => rss),
    "resident slope, MiB/h": slope(half.map(({ rss }) => rss / 2 ** 20)) / (hours / (half.length - 1)),
    "sessions lost": delivered.lost,
    "not empty after 10 s": left.length === 0 ? "nothing" : left.join(", "),
  };
  keep("soak", { options, looks, ...figures });
  printTable(`Soak: ${options.seconds} s, growth in the second half`, [figures]);
}

/** By how much the values rise from one to the next: the line of least squares. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let along = 0;
  let spread = 0;
  values.forEach((value, i) => {
    along += (i - middle) * (value - mean);
    spread += (i - middle) ** 2;
  });
  return along / spread;
}

function mib(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 100) / 100;
}
