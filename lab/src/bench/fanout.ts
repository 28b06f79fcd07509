/**
 * Fan-out: one publisher, many subscribers over QUIC at one relay; what the relay spends for a delivered gigabit and for a
 * session, and how long a frame takes. One load drives this repository's relay and the Rust relay alternately, because on a
 * shared machine only figures of the same minutes compare.
 */
import { LoadRun } from "../load/load-run.ts";
import type { RelayKind } from "../process/relay-kind.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { rustRelay } from "../process/rust-relay.ts";
import { pause } from "../process/wait.ts";
import { numbers } from "./options.ts";
import { relaysToMeasure } from "./relays.ts";
import { keep, median, printTable } from "./report.ts";

const DEFAULTS = {
  /** How often each relay is measured. */
  rounds: 3,
  subscribers: 400,
  /** Frames a second, bytes of a frame, frames of a group. */
  rate: 30,
  size: 4096,
  group: 60,
  /** Seconds before and during the measurement. */
  settle: 4,
  measure: 20,
};
type Options = typeof DEFAULTS;

/** One relay's figures in one round. */
interface Figures {
  readonly relay: string;
  /** Processor seconds of the relay for each gigabit of payload that arrived. */
  readonly cpuPerGbit: number;
  /** Resident memory with all subscribers less that with none, KiB for each. */
  readonly kibPerSession: number;
  /** From writing a frame to having all of it, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Frames that arrived of those that were due, percent. */
  readonly delivered: number;
  readonly gbitPerSecond: number;
  /** Processor share of the relay and of this process (the load), in cores. */
  readonly relayCores: number;
  readonly loadCores: number;
  /** Groups abandoned and sessions lost. */
  readonly resets: number;
  readonly lost: number;
}

export async function fanout(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const relays = relaysToMeasure();
  const all: Figures[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const kind of relays) {
      const figures = await measure(kind, options);
      keep("fanout", { round, options, ...figures });
      all.push(figures);
    }
  }
  const { subscribers, rate, size, group } = options;
  printTable(`Fan-out: ${subscribers} subscribers, ${rate} frames/s of ${size} bytes, ${group} a group`, all.map(row));
  const medians = relays.map((kind) => medianOf(all.filter(({ relay }) => relay === kind.name)));
  printTable(`Medians of ${options.rounds} rounds`, medians.map(row));
  const [ours] = medians;
  const rust = medians[relays.indexOf(rustRelay)];
  if (ours === undefined || rust === undefined) return;
  const cpu = (ours.cpuPerGbit / rust.cpuPerGbit).toFixed(2);
  const memory = (ours.kibPerSession / rust.kibPerSession).toFixed(2);
  console.log(`\nOurs over the Rust relay's: processor ${cpu}, memory ${memory}`);
}

async function measure(kind: RelayKind, options: Options): Promise<Figures> {
  const relay = await RelayProcess.start(kind, { logLevel: "error" });
  try {
    const feed = { frameRate: options.rate, frameSize: options.size, groupSize: options.group };
    const run = await LoadRun.start(relay.port, feed);
    await pause(1_000);
    const empty = relay.usage().rss;
    await run.subscribe(options.subscribers);
    await pause(options.settle * 1000);
    const figures = await observe(relay, run, options, empty);
    run.close();
    return figures;
  } finally {
    await relay.stop();
  }
}

async function observe(relay: RelayProcess, run: LoadRun, options: Options, empty: number): Promise<Figures> {
  run.clear();
  const before = {
    usage: relay.usage(),
    load: process.cpuUsage(),
    frames: run.publisher.frames,
    at: performance.now(),
  };
  await pause(options.measure * 1000);
  const seconds = (performance.now() - before.at) / 1000;
  const usage = relay.usage();
  const load = process.cpuUsage(before.load);
  const due = (run.publisher.frames - before.frames) * run.subscribers.length;
  const { frames, bytes, resets, lost, latency } = run.delivered;
  const cpuSeconds = usage.cpuSeconds - before.usage.cpuSeconds;
  const gbit = (bytes * 8) / 1e9;
  return {
    relay: relay.kind.name,
    cpuPerGbit: cpuSeconds / gbit,
    kibPerSession: (usage.rss - empty) / 1024 / run.subscribers.length,
    p50: latency.percentile(0.5),
    p99: latency.percentile(0.99),
    delivered: (frames / due) * 100,
    gbitPerSecond: gbit / seconds,
    relayCores: cpuSeconds / seconds,
    loadCores: (load.user + load.system) / 1e6 / seconds,
    resets,
    lost,
  };
}

function row(figures: Figures): Record<string, string | number> {
  return {
    relay: figures.relay,
    "CPU s/Gbit": figures.cpuPerGbit,
    "KiB/session": figures.kibPerSession,
    "p50 ms": figures.p50,
    "p99 ms": figures.p99,
    "delivered %": figures.delivered,
    "Gbit/s": figures.gbitPerSecond,
    "relay cores": figures.relayCores,
    "load cores": figures.loadCores,
    resets: figures.resets,
    lost: figures.lost,
  };
}

function medianOf(rounds: readonly Figures[]): Figures {
  const of = (pick: (figures: Figures) => number) => median(rounds.map(pick));
  return {
    relay: rounds[0]?.relay ?? "",
    cpuPerGbit: of((round) => round.cpuPerGbit),
    kibPerSession: of((round) => round.kibPerSession),
    p50: of((round) => round.p50),
    p99: of((round) => round.p99),
    delivered: of((round) => round.delivered),
    gbitPerSecond: of((round) => round.gbitPerSecond),
    relayCores: of((round) => round.relayCores),
    loadCores: of((round) => round.loadCores),
    resets: of((round) => round.resets),
    lost: of((round) => round.lost),
  };
}
