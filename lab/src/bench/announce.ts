/**
 * How long until listeners at all relays of a cluster have heard of a new broadcast, and what relays get of it at which nobody
 * listens: clusters of several sizes, each of one root and nodes, all of them processes on this machine.
 */
import { LatencyHistogram } from "../load/latency-histogram.ts";
import { LoadAnnouncer } from "../load/load-announcer.ts";
import { LoadListener } from "../load/load-listener.ts";
import { connect } from "../load/load-run.ts";
import { ProcessCluster } from "../process/cluster.ts";
import type { RelayProcess } from "../process/relay-process.ts";
import { pause, until } from "../process/wait.ts";
import { numbers } from "./options.ts";
import { keep, printTable, type Row } from "./report.ts";

export const DEFAULTS = {
  /** How often all sizes are measured. */
  rounds: 1,
  /** Broadcasts that are announced, and milliseconds between two. */
  broadcasts: 100,
  every: 100,
  /** Relays of the one cluster to measure; 0 for all sizes. */
  only: 0,
};
type Options = typeof DEFAULTS;

const SIZES = [3, 10, 25];

/** Milliseconds until the last listener of each broadcast had heard of it, and routes at relays that nobody listens at. */
export interface Convergence extends Row {
  readonly relays: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The most that any relay had that did not ask, beyond what it had before. */
  readonly uninvited: number;
}

export async function announce(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const rows: Convergence[] = [];
  const sizes = options.only > 0 ? [options.only] : SIZES;
  for (const size of Array.from({ length: options.rounds }, () => sizes).flat()) {
    const row = await converge(size, options);
    keep("announce", { options, ...row });
    rows.push(row);
  }
  const title = `Announcements: ${options.broadcasts} broadcasts, ms until the last of the listeners at all relays has heard`;
  printTable(title, rows);
}

/** Measures a cluster of one root and `relays - 1` nodes. */
export async function converge(relays: number, options: Options): Promise<Convergence> {
  const cluster = await ProcessCluster.start(1, relays - 1);
  try {
    const [entry, ...others] = cluster.nodes;
    const announcer = await connect(entry?.port ?? 0, (connection) => new LoadAnnouncer(connection, 4_711n));
    await until("the relay listens", () => announcer.asked);
    const exit = others.pop();
    const one = await listen(exit === undefined ? [] : [exit]);
    const uninvited = await growth(others, () => tell(announcer, one, "few", options, new LatencyHistogram()));
    const all = [...one, ...(await listen(cluster.all.filter((relay) => relay !== exit)))];
    const latency = new LatencyHistogram();
    const max = await tell(announcer, all, "all", options, latency);
    return { relays, p50: latency.percentile(0.5), p99: latency.percentile(0.99), max, uninvited };
  } catch (error) {
    throw new Error(`${relays} relays: ${(error as Error).message}\n${cluster.logs()}`, { cause: error });
  } finally {
    await cluster.stop();
  }
}

async function listen(relays: readonly RelayProcess[]): Promise<LoadListener[]> {
  const listeners = await Promise.all(relays.map(({ port }) => connect(port, (c) => new LoadListener(c))));
  await until("relays answer their listeners", () => listeners.every(({ answered }) => answered));
  // A relay that nobody listened at has to ask its root first.
  await pause(1_000);
  return listeners;
}

/** Announces broadcasts one by one, each of which stays for as long as the next two. Returns the longest time, milliseconds. */
async function tell(
  announcer: LoadAnnouncer,
  listeners: readonly LoadListener[],
  prefix: string,
  { broadcasts, every }: Options,
  latency: LatencyHistogram,
): Promise<number> {
  let max = 0;
  const live: number[] = [];
  for (let i = 0; i < broadcasts; i++) {
    const name = `${prefix}/${i}`;
    const began = performance.now();
    const heard = everywhere(listeners, name);
    live.push(announcer.start(name));
    const took = (await heard) - began;
    latency.record(took);
    max = Math.max(max, took);
    if (live.length > 2) announcer.end(live.shift() ?? 0);
    await pause(every * (0.5 + Math.random()));
  }
  for (const id of live) announcer.end(id);
  return max;
}

/** When the last of them has heard of it. */
function everywhere(listeners: readonly LoadListener[], name: string): Promise<number> {
  let left = listeners.length;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${left} listeners have not heard of ${name}`)), 30_000);
    for (const listener of listeners) {
      listener.onStart = (broadcast) => {
        if (broadcast !== name) return;
        listener.onStart = undefined;
        left -= 1;
        if (left > 0) return;
        clearTimeout(late);
        resolve(performance.now());
      };
    }
  });
}

/** The most by which the routes of a relay grow meanwhile; not a number without relays. */
async function growth(relays: readonly RelayProcess[], run: () => Promise<unknown>): Promise<number> {
  const routes = () => Promise.all(relays.map((relay) => relay.metric("moq_routes")));
  const before = await routes();
  let grown = relays.length === 0 ? Number.NaN : 0;
  let over = false;
  const running = run().finally(() => {
    over = true;
  });
  while (!over) {
    const now = await routes();
    grown = Math.max(grown, ...now.map((count, i) => count - (before[i] ?? 0)));
    await Promise.race([running, pause(500)]);
  }
  await running;
  return grown;
}
