import assert from "node:assert/strict";
import { test } from "node:test";
import { Simulation, star } from "./simulation.fixture.ts";

test("a flow moves to a direct link to where the broadcast entered, and the link closes when it has been idle", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  const reader = sim.get("leaf2").read("cam");
  sim.run(1_000);
  assert.equal(reader.route?.offer.hops.length, 2);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["leaf1", "root"]);
  sim.run(600_000);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["leaf1", "root"]);
  assert.equal(sim.get("leaf2").cluster.sizes().asked, 1, "the address is not looked up any more");
  reader.leave();
  sim.run(59_000);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["leaf1", "root"]);
  sim.run(2_000);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["root"]);
  assert.equal(sim.get("leaf2").cluster.counters.linksIdle, 1);
});

test("two nodes that want something of each other at the same moment keep one link", () => {
  const sim = star();
  sim.get("leaf1").publish("one");
  sim.get("leaf2").publish("two");
  sim.run(100);
  const readers = [sim.get("leaf2").read("one"), sim.get("leaf1").read("two")];
  sim.run(5_000);
  assert.deepEqual(sim.get("leaf1").linkedTo, ["leaf2", "root"]);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["leaf1", "root"]);
  for (const reader of readers) assert.equal(reader.route?.offer.hops.length, 2);
});

test("a flow falls back to the root when its direct link is lost", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  const reader = sim.get("leaf2").read("cam");
  sim.run(1_000);
  sim.cut("leaf1", "leaf2");
  sim.run(1);
  assert.equal(reader.route?.offer.hops.length, 3);
  sim.run(60_000);
  assert.equal(reader.route?.offer.hops.length, 3);
  sim.heal("leaf1", "leaf2");
  sim.run(2_000);
  assert.equal(reader.route?.offer.hops.length, 2);
});

test("the broadcasts of a node that died are gone after the linger, those of one that left at once", () => {
  const sim = star();
  sim.get("leaf1").publish("dead");
  sim.get("leaf3").publish("left");
  const { ledger } = sim.get("leaf2").listen("");
  sim.run(100);
  sim.kill("leaf1");
  sim.stop("leaf3");
  sim.run(100);
  assert.deepEqual(ledger.names, ["dead"]);
  sim.run(5_000);
  assert.deepEqual(ledger.names, []);
});

test("a link that flaps is not seen by players", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  const { ledger } = sim.get("leaf2").listen("");
  sim.run(100);
  for (let i = 0; i < 20; i++) {
    sim.cut("leaf1", "root");
    sim.run(2_000);
    sim.heal("leaf1", "root");
    sim.run(5_000);
  }
  assert.deepEqual(ledger.log, ["begin", "start cam"]);
  // It has asked the others to stand in, meanwhile.
  sim.run(80_000);
  assert.deepEqual(sim.get("leaf1").linkedTo, ["root"]);
});

test("a node that restarts has its place again, and its old broadcasts end", () => {
  const sim = star();
  sim.get("leaf1").publish("old");
  const { ledger } = sim.get("leaf2").listen("");
  sim.run(100);
  sim.kill("leaf1");
  sim.run(500);
  sim.add("leaf1", { roots: ["root"] }).publish("new");
  sim.run(10_000);
  assert.deepEqual(ledger.names, ["new"]);
});

test("a mesh has one link for each pair", () => {
  const sim = star(5, ["root"], "mesh");
  sim.run(5_000);
  for (const node of sim.nodes.values()) assert.equal(node.linkedTo.length, 5, node.name);
});

test("with links through the roots only, no node dials another", () => {
  const sim = star(3, ["root"], "root");
  sim.get("leaf1").publish("cam");
  const reader = sim.get("leaf2").read("cam");
  sim.run(10_000);
  assert.equal(reader.route?.offer.hops.length, 3);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["root"]);
});

test("roots link to each other once, and every node to every root", () => {
  const sim = star(2, ["root1", "root2", "root3"]);
  for (const node of sim.nodes.values()) {
    assert.deepEqual(
      node.linkedTo,
      ["root1", "root2", "root3"]
        .filter((name) => name !== node.name)
        .concat(node.name.startsWith("root") ? ["leaf1", "leaf2"] : [])
        .sort(),
    );
  }
});

test("a node that reaches itself under another name says so and stops", () => {
  const sim = new Simulation();
  const node = sim.add("here", { roots: ["here", "elsewhere"] });
  sim.nodes.set("elsewhere", node);
  sim.run(60_000);
  assert.equal(sim.dials.filter(({ to }) => to === "elsewhere").length, 1);
  assert.equal(sim.warnings.length > 0, true);
});

test("a peer that accepts and closes is not dialled in a busy loop", () => {
  const sim = new Simulation();
  sim.add("leaf", { roots: ["root"] });
  const root = sim.add("root", { roots: ["root"] });
  for (let i = 0; i < 600; i++) {
    sim.run(100);
    for (const session of [...root.sessions]) session.close(0, "go away");
  }
  const dials = sim.dials.filter(({ from, at }) => from === "leaf" && at > 10_000).length;
  assert.ok(dials > 10 && dials < 150, `${dials} dials in 50 seconds`);
});

test("when the last client has left nothing is left of it", () => {
  const sim = star(3, ["root1", "root2"]);
  sim.run(5_000);
  const before = [...sim.nodes.values()].map((node) => [node.table.size, node.table.listeners, node.table.watchers]);
  const sizes = [...sim.nodes.values()].map((node) => node.cluster.sizes());
  const { questions } = sim;
  sim.get("leaf1").publish("cam");
  const listing = sim.get("leaf2").listen("");
  const readers = [sim.get("leaf2").read("cam"), sim.get("leaf3").read("cam"), sim.get("leaf3").read("missing")];
  sim.run(5_000);
  listing.leave();
  for (const reader of readers) reader.leave();
  sim.get("leaf1").unpublish("cam");
  sim.run(1_000);
  assert.deepEqual(sim.get("leaf2").linkedTo, ["leaf1", "root1", "root2"]);
  sim.run(14_000);
  assert.equal(sim.questions, questions, "questions that nobody waits for");
  sim.run(60_000);
  assert.deepEqual(
    [...sim.nodes.values()].map((node) => [node.table.size, node.table.listeners, node.table.watchers]),
    before,
  );
  assert.deepEqual(
    [...sim.nodes.values()].map((node) => node.cluster.sizes()),
    sizes,
  );
});

test("more data links than the cap are not dialled: those broadcasts go over the root", () => {
  const sim = star(4, ["root"]);
  for (let i = 1; i <= 4; i++) sim.get(`leaf${i}`).publish(`cam${i}`);
  const node = sim.add("small", { roots: ["root"], maxLinks: 2 });
  sim.run(1_000);
  const readers = [1, 2, 3, 4].map((i) => node.read(`cam${i}`));
  sim.run(10_000);
  assert.deepEqual(readers.map(({ route }) => route?.offer.hops.length).sort(), [2, 2, 3, 3]);
  sim.run(10_000);
  const dials = sim.dials.length;
  sim.messages = 0;
  sim.run(60_000);
  assert.equal(sim.dials.length, dials);
  assert.equal(sim.messages, 0);
});

test("a node that is closed leaves no timer behind", () => {
  const sim = star();
  const node = sim.get("leaf2");
  sim.get("leaf1").publish("cam");
  node.listen("");
  node.read("cam");
  sim.run(1_000);
  node.read("missing");
  sim.stop("leaf2");
  assert.equal(node.cluster.sizes().timers, 0);
});
