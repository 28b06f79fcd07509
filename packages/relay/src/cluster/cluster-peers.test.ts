import assert from "node:assert/strict";
import { test } from "node:test";
import { Simulation } from "./simulation.fixture.ts";

test("relays that only connect to each other carry everything on: a chain, and a star", () => {
  const sim = new Simulation();
  sim.add("a", { peers: ["b"] });
  sim.add("b", { peers: ["c"] });
  sim.add("c");
  sim.add("d", { peers: ["b"] });
  sim.run(5_000);
  for (const name of ["a", "b", "c", "d"]) sim.get(name).publish(`from ${name}`);
  const ledgers = ["a", "b", "c", "d"].map((name) => sim.get(name).listen("").ledger);
  sim.run(1_000);
  for (const ledger of ledgers) assert.deepEqual(ledger.names, ["from a", "from b", "from c", "from d"]);
});

test("two relays that dial each other keep one link, and nothing stays of what they announced", () => {
  const sim = new Simulation();
  sim.add("a", { peers: ["b"] });
  sim.add("b", { peers: ["a"] });
  sim.run(5_000);
  for (let i = 0; i < 100; i++) {
    sim.get("a").publish("cam");
    sim.run(50);
    sim.get("a").unpublish("cam");
    sim.run(50);
  }
  assert.deepEqual(sim.get("a").linkedTo, ["b"]);
  assert.deepEqual(
    sim
      .get("b")
      .table.routes()
      .filter(({ path }) => !path.startsWith(".internal")),
    [],
  );
});

test("a ring of relays comes to rest", () => {
  const sim = new Simulation();
  const names = ["a", "b", "c", "d", "e"];
  names.forEach((name, i) => {
    sim.add(name, { peers: [names[(i + 1) % 5]!] });
  });
  sim.run(5_000);
  sim.get("a").publish("cam");
  sim.run(2_000);
  sim.announcements = 0;
  sim.run(10_000);
  assert.equal(sim.announcements, 0);
  for (const name of names) assert.equal(sim.get(name).table.candidates("cam").length > 0, true, name);
  sim.get("a").unpublish("cam");
  sim.run(2_000);
  assert.equal(sim.announcements <= 2 * 5, true, `${sim.announcements} messages for one end`);
  for (const name of names) assert.equal(sim.get(name).table.candidates("cam").length, 0, name);
});
