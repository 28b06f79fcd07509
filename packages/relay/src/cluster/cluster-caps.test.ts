import assert from "node:assert/strict";
import { test } from "node:test";
import { type NodeConfig, Simulation } from "./simulation.fixture.ts";

function leafWith(config: NodeConfig) {
  const sim = new Simulation();
  const roots = ["root"];
  sim.add("root", { roots });
  sim.add("leaf2", { roots });
  const leaf = sim.add("leaf1", { roots, ...config });
  sim.run(5_000);
  return { sim, leaf };
}

test("a client that makes up names does not fill the link to the root with questions", () => {
  const { sim, leaf } = leafWith({ idleAsks: 10 });
  const before = sim.questions;
  for (let i = 0; i < 500; i++) {
    leaf.cluster.ask(`no/${i}`, 0n, () => {});
    sim.run(11);
  }
  assert.equal(leaf.cluster.counters.asksNobody, 500);
  sim.run(11);
  assert.ok(sim.questions - before <= 10, `${sim.questions - before} questions stand at the root`);
  sim.run(20_000);
  assert.deepEqual([sim.questions, leaf.cluster.sizes().asked], [before, 0]);
});

test("what is carried stays asked for, however many names are made up", () => {
  const { sim, leaf } = leafWith({ idleAsks: 2 });
  sim.get("leaf2").publish("cam");
  sim.run(100);
  const reader = leaf.read("cam");
  sim.run(1_000);
  for (let i = 0; i < 50; i++) leaf.cluster.ask(`no/${i}`, 0n, () => {});
  sim.run(30_000);
  assert.equal(reader.route?.stale, false);
  reader.leave();
});

test("clients that listen to more prefixes than the cap hear the others, and of those what is known here", () => {
  const { sim, leaf } = leafWith({ prefixes: 2 });
  const before = sim.questions;
  const listings = ["a", "b", "c", "a"].map((prefix) => leaf.listen(prefix));
  for (const prefix of ["a", "b", "c"]) {
    sim.get("leaf2").publish(`${prefix}/there`);
    leaf.publish(`${prefix}/here`);
  }
  sim.run(100);
  assert.deepEqual(
    listings.map(({ ledger }) => ledger.names),
    [["here", "there"], ["here", "there"], ["here"], ["here", "there"]],
  );
  assert.equal(leaf.cluster.counters.prefixesOverCap, 1);
  for (const { leave } of listings) leave();
  sim.run(100);
  assert.equal(sim.questions, before);
  const late = leaf.listen("c");
  sim.run(100);
  assert.deepEqual(late.ledger.names, ["here", "there"]);
});
