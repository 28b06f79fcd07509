/** Distribution trees: who feeds whom, as the route tables say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reader, type SimNode, Simulation } from "./simulation.fixture.ts";

const ROOTS = ["root"];

/** A root, and nodes that feed two relays each with one broadcast. */
function forest(leaves: number, feeds = 2): Simulation {
  const sim = new Simulation();
  for (const name of ["root", ...Array.from({ length: leaves }, (_, i) => `leaf${i + 1}`)]) {
    sim.add(name, { roots: ROOTS, feeds });
  }
  sim.run(5_000);
  return sim;
}

function leaves(sim: Simulation, first: number, last: number): SimNode[] {
  return Array.from({ length: last - first + 1 }, (_, i) => sim.get(`leaf${first + i}`));
}

/** Names of the nodes that a way leads over, from where the broadcast entered. */
function wayOf(sim: Simulation, reader: Reader): string[] {
  const names = new Map([...sim.nodes.values()].map(({ hop, name }) => [hop, name]));
  return (reader.route?.offer.hops ?? []).slice(1).map((hop) => names.get(hop) ?? "?");
}

function fed(sim: Simulation): number[] {
  return [...sim.nodes.values()].map(({ cluster }) => cluster.sizes().feeds);
}

test("a node feeds as many relays as it may, and these the others", () => {
  const sim = forest(15);
  sim.get("leaf1").publish("cam");
  const readers = leaves(sim, 2, 15).map((node) => node.read("cam"));
  sim.run(3_000);
  const ways = readers.map((reader) => wayOf(sim, reader));
  for (const way of ways) {
    assert.equal(way[0], "leaf1");
    assert.ok(!way.includes("root"), way.join());
  }
  assert.ok(Math.max(...fed(sim)) <= 2);
  assert.equal(
    fed(sim).reduce((sum, each) => sum + each, 0),
    14,
  );
  assert.ok(sim.get("leaf1").cluster.counters.feedsRefused >= 12);
});

test("who is sent on asks nothing any more of those who sent him", () => {
  const sim = forest(8);
  sim.get("leaf1").publish("cam");
  for (const node of leaves(sim, 2, 8)) node.read("cam");
  sim.run(3_000);
  for (const node of leaves(sim, 2, 8)) assert.equal(node.cluster.sizes().direct, 1);
});

test("a place that becomes free goes to who waits, or comes next", () => {
  const sim = forest(4);
  sim.get("leaf1").publish("cam");
  const [first] = leaves(sim, 2, 3).map((node) => node.read("cam"));
  sim.run(1_000);
  first!.leave();
  const last = sim.get("leaf4").read("cam");
  sim.run(1_000);
  assert.deepEqual(wayOf(sim, last), ["leaf1"]);
  assert.equal(sim.get("leaf1").cluster.sizes().feeds, 2);
});

test("when a relay in the middle dies those below it find other places", () => {
  const sim = forest(12);
  sim.get("leaf1").publish("cam");
  const readers = new Map(leaves(sim, 2, 12).map((node) => [node.name, node.read("cam")]));
  sim.run(3_000);
  const [middle] = [...readers.keys()].filter((name) => sim.get(name).cluster.sizes().feeds > 0);
  sim.kill(middle!, 1_000);
  readers.delete(middle!);
  sim.run(15_000);
  for (const [name, reader] of readers) {
    const way = wayOf(sim, reader);
    assert.equal(way[0], "leaf1", `${name}: ${way}`);
    assert.ok(!way.includes("root") && !way.includes("?"), `${name}: ${way}`);
  }
  assert.ok(Math.max(...fed(sim)) <= 2);
});

test("when a relay in the middle cannot be reached another one is tried", () => {
  const sim = forest(4);
  sim.get("leaf1").publish("cam");
  for (const node of leaves(sim, 2, 3)) node.read("cam");
  sim.run(1_000);
  sim.cut("leaf4", "leaf2");
  const reader = sim.get("leaf4").read("cam");
  sim.run(8_000);
  assert.deepEqual(wayOf(sim, reader), ["leaf1", "leaf3"]);
});

test("a root feeds no more relays than others with what enters at it", () => {
  const sim = forest(10);
  sim.get("root").publish("cam");
  const readers = leaves(sim, 1, 10).map((node) => node.read("cam"));
  sim.run(3_000);
  assert.equal(fed(sim)[0], 2);
  const direct = readers.filter((reader) => wayOf(sim, reader).length === 1);
  assert.equal(direct.length, 2);
  assert.equal(
    fed(sim).reduce((sum, each) => sum + each, 0),
    10,
  );
});

test("clients see no redirect, and nothing is told when the tree stands", () => {
  const sim = forest(8);
  sim.get("leaf1").publish("cam");
  const { ledger } = sim.get("leaf8").listen("");
  for (const node of leaves(sim, 2, 8)) node.read("cam");
  sim.run(3_000);
  assert.ok(ledger.live.get("cam")!.warm < 10);
  sim.run(10_000);
  sim.announcements = 0;
  sim.run(10_000);
  assert.equal(sim.announcements, 0);
});

test("with the end of a broadcast nothing is left of its tree", () => {
  const sim = forest(8);
  sim.get("leaf1").publish("cam");
  const readers = leaves(sim, 2, 8).map((node) => node.read("cam"));
  sim.run(3_000);
  sim.get("leaf1").unpublish("cam");
  for (const reader of readers) reader.leave();
  sim.run(15_000);
  for (const { name, cluster, table } of sim.nodes.values()) {
    assert.deepEqual(table.routes("cam"), [], name);
    assert.equal(cluster.sizes().feeds, 0, name);
    assert.equal(cluster.sizes().direct, 0, name);
  }
});
