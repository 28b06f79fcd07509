/**
 * One slow reader among many: what it costs the others. Runs with it and without it take turns; the figure is the median of
 * the differences of neighbours, because on a shared machine only those compare.
 */
import { LoadRun } from "../load/load-run.ts";
import { ourRelay } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { pause } from "../process/wait.ts";
import { numbers } from "./options.ts";
import { keep, median, printTable } from "./report.ts";

const DEFAULTS = {
  /** Runs with the slow reader, and as many without. */
  pairs: 10,
  healthy: 99,
  /** Kilobits per second that the slow one takes. */
  slow: 64,
  /** Frames a second, bytes of a frame, frames of a group: 5 Mbit/s. */
  rate: 30,
  size: 20_833,
  group: 30,
  settle: 3,
  measure: 5,
};
type Options = typeof DEFAULTS;

interface Figures {
  /** Delivery to the healthy, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly delivered: number;
  /** Most that was queued for one session at any look, MiB. */
  readonly pinned: number;
}

export async function slowReader(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const pairs: { without: Figures; with: Figures }[] = [];
  for (let pair = 0; pair < options.pairs; pair++) {
    // Whoever is first has the colder machine: they take turns.
    const first = pair % 2 === 0;
    const one = await measure(options, first);
    const other = await measure(options, !first);
    const figures = first ? { with: one, without: other } : { with: other, without: one };
    keep("slow-reader", { pair, options, ...figures });
    pairs.push(figures);
    const [slow, alone] = [figures.with, figures.without];
    console.log(
      `p99 ${alone.p99.toFixed(1)} ms alone, ${slow.p99.toFixed(1)} ms with; pinned ${slow.pinned.toFixed(2)} MiB`,
    );
  }
  const of = (pick: (pair: (typeof pairs)[number]) => number) => median(pairs.map(pick));
  printTable(`One reader at ${options.slow} kbit/s among ${options.healthy}: medians of ${options.pairs} pairs`, [
    {
      "p99 without, ms": of((pair) => pair.without.p99),
      "p99 with, ms": of((pair) => pair.with.p99),
      "difference, ms": of((pair) => pair.with.p99 - pair.without.p99),
      "delivered to the healthy, %": of((pair) => pair.with.delivered),
      "pinned by the slow one, MiB": Math.max(...pairs.map((pair) => pair.with.pinned)),
    },
  ]);
}

async function measure(options: Options, slow: boolean): Promise<Figures> {
  const relay = await RelayProcess.start(ourRelay, { logLevel: "error" });
  try {
    const feed = { frameRate: options.rate, frameSize: options.size, groupSize: options.group };
    const run = await LoadRun.start(relay.port, feed);
    await run.subscribe(options.healthy);
    if (slow) await run.subscribeSlowly(options.slow * 1_000);
    await pause(options.settle * 1_000);
    run.clear();
    const before = run.publisher.frames;
    let pinned = 0;
    for (let look = 0; look < options.measure; look++) {
      await pause(1_000);
      pinned = Math.max(pinned, await relay.metric("moq_session_queued_bytes_max"));
    }
    const due = (run.publisher.frames - before) * options.healthy;
    const { frames, latency } = run.delivered;
    run.close();
    return {
      p50: latency.percentile(0.5),
      p99: latency.percentile(0.99),
      delivered: (frames / due) * 100,
      pinned: pinned / 2 ** 20,
    };
  } finally {
    await relay.stop();
  }
}
