/**
 * Random histories of a small cluster: publishers, readers, listeners, cuts, deaths and restarts in random order. After every
 * step no session may have been told what it would be closed for (the ledgers see to that); when all is calm again, every
 * node must know exactly what is published (I1, I8, I10 of the failure list). A failure prints its seed: SEED=n replays it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { covers, joinPath } from "@moq-relay/protocol/model";
import type { Ledger } from "./ledger.fixture.ts";
import type { LinksMode } from "./options.ts";
import { type Reader, Simulation } from "./simulation.fixture.ts";

const RUNS = Number(process.env.RUNS ?? 150);

interface World {
  readonly sim: Simulation;
  readonly roots: readonly string[];
  readonly names: readonly string[];
  readonly links: LinksMode;
  readonly listings: { node: string; prefix: string; ledger: Ledger; leave: () => void }[];
  readonly readers: { node: string; path: string; reader: Reader }[];
  readonly history: string[];
  /** Cuts in force. */
  readonly cuts: Set<string>;
}

function world(seed: number): World {
  const sim = new Simulation(seed);
  const roots = ["root1", "root2", "root3"].slice(0, 1 + (seed % 3));
  const leaves = ["leaf1", "leaf2", "leaf3", "leaf4"];
  const links = (["demand", "mesh", "root", "demand"] as const)[seed % 4]!;
  const names = [...roots, ...leaves];
  for (const name of names) sim.add(name, { roots, links, remembers: true });
  sim.run(4_000);
  return { sim, roots, names, links, listings: [], readers: [], history: [], cuts: new Set() };
}

function pickOf<T>(sim: Simulation, choices: readonly T[]): T {
  return choices[Math.floor(sim.random.next() * choices.length)]!;
}

const STEPS = [
  "publish",
  "publish",
  "unpublish",
  "listen",
  "leave",
  "read",
  "stop reading",
  "kill",
  "stop",
  "start",
  "cut",
  "heal",
] as const;

function step(w: World): void {
  const { sim, names, history } = w;
  const verb = pickOf(sim, STEPS);
  const name = pickOf(sim, names);
  const path = pickOf(sim, ["cam", "room/cam", "room/mic", "room"]);
  const node = sim.nodes.get(name);
  history.push(`${sim.clock.now()} ${verb} ${name} ${path}`);
  if (verb === "start" && !node) revive(w, name);
  if (!node) return;
  if (verb === "publish" && !node.published.includes(path)) node.publish(path);
  if (verb === "unpublish" && node.published.includes(path)) node.unpublish(path);
  if (verb === "listen") {
    const prefix = pickOf(sim, ["", "room"]);
    w.listings.push({ node: name, prefix, ...node.listen(prefix) });
  }
  if (verb === "leave") w.listings.shift()?.leave();
  if (verb === "read") w.readers.push({ node: name, path, reader: node.read(path) });
  if (verb === "stop reading") w.readers.shift()?.reader.leave();
  if (verb === "stop") kill(w, name, undefined);
  if (verb === "kill") kill(w, name, sim.random.next() * 5_000);
  const other = pickOf(sim, names);
  if (verb === "cut" && other !== name) {
    sim.cut(name, other);
    w.cuts.add(`${name} ${other}`);
  }
  if (verb === "heal") heal(w);
}

function heal({ sim, cuts }: World): void {
  for (const cut of cuts) sim.heal(...(cut.split(" ") as [string, string]));
  cuts.clear();
}

function revive({ sim, roots, links }: World, name: string): void {
  if (!sim.nodes.has(name)) sim.add(name, { roots, links, remembers: true });
}

function kill(w: World, name: string, silence: number | undefined): void {
  if (!w.sim.nodes.has(name)) return;
  if (silence === undefined) w.sim.stop(name);
  else w.sim.kill(name, silence);
  w.listings.splice(0, w.listings.length, ...w.listings.filter((listing) => listing.node !== name));
  w.readers.splice(0, w.readers.length, ...w.readers.filter((reader) => reader.node !== name));
}

function checkQuiet({ sim }: World): void {
  sim.messages = 0;
  sim.run(20_000);
  assert.equal(sim.messages, 0, "messages in a cluster where nothing happens");
}

function checkKnown(w: World): void {
  const { sim } = w;
  const names = [...sim.nodes.keys()];
  const published = new Set([...sim.nodes.values()].flatMap((node) => node.published));
  for (const { node, prefix, ledger } of w.listings) {
    const all = sim.get(node).listen("").ledger;
    sim.run(100);
    assert.deepEqual(all.names, [...published].sort(), `what ${node} lists`);
    const expected = [...all.live].filter(([path]) => covers(prefix, path));
    assert.deepEqual(
      [...ledger.live].map(([suffix, offer]) => [joinPath(prefix, suffix), offer]).sort(),
      expected.sort(),
      `what ${node} was told below "${prefix}"`,
    );
  }
  for (const path of published) {
    const publishers = names.map((name) => {
      const reader = sim.get(name).read(path);
      sim.run(200);
      assert.equal(reader.found, true, `${path} from ${name}`);
      const route = reader.route;
      reader.leave();
      return route?.publisher;
    });
    assert.equal(new Set(publishers).size, 1, `one publisher of ${path}`);
  }
}

function checkEmpty(w: World): void {
  const { sim } = w;
  for (const { leave } of w.listings) leave();
  for (const { reader } of w.readers) reader.leave();
  for (const node of sim.nodes.values()) for (const path of node.published) node.unpublish(path);
  sim.run(200_000);
  for (const node of sim.nodes.values()) {
    const own = node.table.routes().filter(({ path }) => !path.startsWith(".internal"));
    assert.deepEqual(own, [], `routes left at ${node.name}`);
    const { asked, flows, direct } = node.cluster.sizes();
    assert.deepEqual({ asked, flows, direct }, { asked: 0, flows: 0, direct: 0 }, `left at ${node.name}`);
    assert.equal(node.table.watchers, 0);
  }
}

/** All roots die, at once or one after the other, and some nodes with them; those are back while the roots are not. */
function rootsAway(w: World): void {
  const { sim } = w;
  // Long enough for everybody to know everybody.
  sim.run(20_000);
  w.history.push(`${sim.clock.now()} the roots die`);
  for (const name of w.names) {
    const root = w.roots.includes(name);
    if (root || sim.random.next() < 0.3) kill(w, name, sim.random.next() * 5_000);
    sim.run(sim.random.next() < 0.5 ? 0 : sim.random.next() * 3_000);
  }
  for (let i = 0; i < 20; i++) {
    step({ ...w, names: w.names.filter((name) => !w.roots.includes(name)) });
    sim.run(sim.random.next() < 0.3 ? sim.random.next() * 12_000 : sim.random.next() * 50);
  }
  heal(w);
  for (const name of w.names) if (!w.roots.includes(name)) revive(w, name);
  sim.run(15_000);
  checkKnown(w);
  sim.run(45_000);
  checkQuiet(w);
  checkKnown(w);
  revive(w, w.roots[0]!);
  sim.run(15_000);
  checkKnown(w);
}

function run(seed: number): void {
  const w = world(seed);
  try {
    for (let i = 0; i < 60; i++) {
      step(w);
      w.sim.run(w.sim.random.next() < 0.3 ? w.sim.random.next() * 12_000 : w.sim.random.next() * 50);
    }
    heal(w);
    for (const name of w.names) revive(w, name);
    if (seed % 5 > 0) rootsAway(w);
    for (const name of w.names) revive(w, name);
    // Nodes turn to roots that came back one by one.
    w.sim.run(45_000);
    checkQuiet(w);
    checkKnown(w);
    checkEmpty(w);
  } catch (error) {
    console.error(`SEED=${seed}\n${w.history.slice(-50).join("\n")}`);
    throw error;
  }
}

const only = process.env.SEED;
test("whatever happens, a cluster that is left in peace knows what there is", () => {
  if (only !== undefined) return run(Number(only));
  const first = Number(process.env.FIRST ?? 1);
  for (let seed = first; seed < first + RUNS; seed++) run(seed);
});
