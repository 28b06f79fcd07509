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

test("a node that announces more than its share leaves room at the root, and has the rest in when there is", () => {
  const sim = new Simulation();
  sim.add("root", { roots: ["root"], maxRoutes: 20 });
  for (const name of ["hog", "leaf", "late"]) sim.add(name, { roots: ["root"] });
  sim.run(5_000);
  const at = (node: string): number => sim.get("root").table.routes(node).length;
  for (let i = 0; i < 30; i++) sim.get("hog").publish(`hog/${i}`);
  sim.run(1_000);
  for (let i = 0; i < 3; i++) sim.get("leaf").publish(`leaf/${i}`);
  sim.run(1_000);
  assert.deepEqual([at("hog"), at("leaf"), at(".internal/origins")], [10, 3, 4]);
  for (let i = 0; i < 25; i++) sim.get("hog").unpublish(`hog/${i}`);
  sim.run(1_000);
  assert.deepEqual([at("hog"), at("leaf")], [5, 3]);
  assert.ok(
    sim
      .get("root")
      .table.routes("hog")
      .some(({ path }) => path === "hog/29"),
  );
});

test("what a root tells of has no share at a node that asked for it", () => {
  const sim = new Simulation();
  sim.add("root", { roots: ["root"] });
  sim.add("leaf", { roots: ["root"] });
  sim.add("small", { roots: ["root"], maxRoutes: 20 });
  sim.run(5_000);
  for (let i = 0; i < 18; i++) sim.get("leaf").publish(`cam-${i}`);
  const { ledger } = sim.get("small").listen("");
  sim.run(1_000);
  assert.equal(ledger.names.length, 18);
});

test("no more members are known than may be, and it is counted how many are beyond", () => {
  const sim = new Simulation();
  const roots = ["root"];
  sim.add("root", { roots });
  const leaf = sim.add("leaf0", { roots, links: "mesh", members: 3 });
  for (let i = 1; i <= 6; i++) sim.add(`leaf${i}`, { roots });
  sim.run(5_000);
  assert.equal(leaf.cluster.counters.membersOverCap, 7 - 3);
  assert.ok((leaf.cluster.linksByKind().get("node") ?? 0) <= 3);
});
