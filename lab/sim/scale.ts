import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Path } from "@moq-relay/protocol/model";
import { Listener } from "./actors/listener.ts";
import { Station } from "./actors/station.ts";
import { star } from "./plan/topology.ts";
import type { SimNode } from "./world/node.ts";
import { SimWorld } from "./world/world.ts";

/** One event in a large cluster, and what it cost. */
export interface ScaleRow {
  readonly event: string;
  /** Announcements between relays, and their bytes with all else that relays sent. */
  readonly messages: number;
  readonly bytes: number;
  /** Virtual milliseconds until everybody knew; undefined when that did not happen in time. */
  readonly settled: number | undefined;
}

export interface ScaleResult {
  readonly rows: readonly ScaleRow[];
  /** Bytes of heap for each node, and for each broadcast in the whole cluster. */
  readonly perNode: number;
  readonly perBroadcast: number;
}

export interface ScaleOptions {
  readonly nodes: number;
  readonly broadcasts: number;
  readonly seed: number;
}

const ROOTS = 3;
/** Milliseconds one way on every link. */
const DELAY = 10;
const LISTENERS = 10;
/** Broadcasts of one publisher. */
const EACH = 50;
/** The longest that is waited for everybody to know, milliseconds. */
const PATIENCE = 60_000;
const STEP = 10;

/** A large cluster with many idle broadcasts: what events cost in it. */
export function runScale({ nodes, broadcasts, seed }: ScaleOptions): ScaleResult {
  const base = heap();
  const world = new SimWorld({ seed, nodes: star(ROOTS, nodes - ROOTS) });
  for (const a of world.nodes.keys())
    for (let root = 1; root <= ROOTS; root++)
      world.network.shape(a, `root${root}`, { delay: DELAY, jitter: 0, loss: 0 });
  const meter = new Meter(world);
  for (const node of world.nodes.values()) node.start();
  meter.row(`${nodes} nodes join`, () => linked(world, nodes));
  const together = world.now;
  meter.row("ten seconds later", () => world.now - together >= 10_000);
  const joined = heap();
  const leaves = [...world.nodes.keys()].slice(ROOTS);
  const listeners = Array.from({ length: LISTENERS }, (_, i) => {
    const at = leaves[(i * 31) % leaves.length]!;
    return new Listener(world, { name: `list${i}`, at: [at], version: "moq-lite-06", prefix: "" }).start() as Listener;
  });
  world.run(world.now + 1_000, 1_000);
  meter.reset();
  const stations = Array.from({ length: Math.ceil(broadcasts / EACH) }, (_, i) => {
    const paths = Array.from({ length: Math.min(EACH, broadcasts - i * EACH) }, (__, j) => `live/${i}/${j}`);
    return station(world, i, leaves[i % leaves.length]!, paths);
  });
  const listed = (count: number) => () => listeners.every(({ live }) => live.size === count);
  meter.row(`${broadcasts} broadcasts begin`, listed(broadcasts));
  const full = heap();
  stations[0]?.add("live/another");
  meter.row("one more begins", listed(broadcasts + 1));
  stations[0]?.end("live/another");
  meter.row("it ends", listed(broadcasts));
  lengthen(world, meter, leaves[0]!);
  restartRoot(world, meter, broadcasts);
  part(world, meter, () => allKnow(world, broadcasts) && listed(broadcasts)());
  return { rows: meter.rows, perNode: (joined - base) / nodes, perBroadcast: (full - joined) / broadcasts };
}

/** The way to one node gets five times as long, for good: what it costs is another thing after some seconds. */
function lengthen(world: SimWorld, meter: Meter, leaf: string): void {
  for (let root = 1; root <= ROOTS; root++)
    world.network.shape(leaf, `root${root}`, { delay: 5 * DELAY, jitter: 0, loss: 0 });
  const since = world.now;
  meter.row("one gets far", () => world.now - since >= 10_000);
}

/** A root is killed; its idle timeout passes; it comes back and learns all again. */
function restartRoot(world: SimWorld, meter: Meter, broadcasts: number): void {
  const root = world.node("root1");
  const lift = [world.network.silence("root1", "*"), world.network.silence("*", "root1")];
  root.crash();
  world.run(world.now + 6_000, 1_000);
  meter.row("a root is killed", () => true);
  for (const each of lift) each();
  root.start();
  meter.row("it is back and knows all", () => linked(world, world.nodes.size) && knowsAll(root, broadcasts));
  // A process that is new knows nothing of distances.
  const back = world.now;
  meter.row("ten seconds later", () => world.now - back >= 10_000);
}

/** One root and half of the nodes hear nothing of the others for ten seconds. */
function part(world: SimWorld, meter: Meter, whole: () => boolean): void {
  const names = [...world.nodes.keys()];
  const half = (name: string): boolean => (name.startsWith("root") ? name === "root1" : names.indexOf(name) % 2 === 0);
  const lift = names.slice(0, ROOTS).flatMap((root) => {
    const others = names.filter((name) => half(name) !== half(root));
    return others.flatMap((other) => [world.network.silence(root, other), world.network.silence(other, root)]);
  });
  const since = world.now;
  meter.row("half of it is cut off", () => world.now - since >= 10_000);
  for (const each of lift) each();
  meter.row("it is whole again", whole);
}

function allKnow(world: SimWorld, broadcasts: number): boolean {
  const roots = [...world.nodes.values()].slice(0, ROOTS);
  return linked(world, world.nodes.size) && roots.every((root) => knowsAll(root, broadcasts));
}

function knowsAll({ process }: SimNode, broadcasts: number): boolean {
  const routes = process?.core.table.routes().filter(({ path, stale }) => path.startsWith("live/") && !stale);
  return (routes?.length ?? 0) >= broadcasts;
}

function linked(world: SimWorld, nodes: number): boolean {
  const roots = [...world.nodes.values()].slice(0, ROOTS);
  return roots.every(({ process }) => (process?.cluster.sizes().links ?? 0) >= nodes - 1);
}

function station(world: SimWorld, i: number, at: string, paths: readonly Path[]): Station {
  const hop = world.chance.fork(`hop ${i}`).id();
  return new Station(world, { name: `pub${i}`, at: [at], version: "moq-lite-06", hop }, paths).start();
}

/** Counts what relays say from one row to the next. */
class Meter {
  readonly rows: ScaleRow[] = [];
  readonly #world: SimWorld;
  #messages = 0;
  #bytes = 0;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  reset(): void {
    this.#messages = this.#sum(({ messages }) => messages.relays);
    this.#bytes = this.#sum(({ bytesSent }) => bytesSent);
  }

  row(event: string, known: () => boolean): void {
    const world = this.#world;
    const from = world.now;
    while (!known() && world.now - from < PATIENCE) world.run(world.now + STEP, STEP);
    const settled = known() ? world.now - from : undefined;
    // What follows from it belongs to it.
    world.run(world.now + 2_000, 1_000);
    const [messages, bytes] = [this.#messages, this.#bytes];
    this.reset();
    this.rows.push({ event, messages: this.#messages - messages, bytes: this.#bytes - bytes, settled });
  }

  #sum(of: (node: ReturnType<SimWorld["node"]>) => number): number {
    return [...this.#world.nodes.values()].reduce((sum, node) => sum + of(node), 0);
  }
}

/** Bytes of heap in use, after a collection. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The result as a Markdown table. */
export function scaleTable({ rows, perNode, perBroadcast }: ScaleResult): string {
  const lines = rows.map(({ event, messages, bytes, settled }) => {
    const time = settled === undefined ? "not in time" : `${Math.round(settled)} ms`;
    return `| ${event} | ${messages} | ${Math.round(bytes / 1024)} KiB | ${time} |`;
  });
  const memory = `heap: ${Math.round(perNode / 1024)} KiB a node, ${Math.round(perBroadcast)} bytes a broadcast (all nodes and its client)`;
  return ["| event | announcements | sent by relays | settled after |", "|---|---|---|---|", ...lines, "", memory].join(
    "\n",
  );
}
