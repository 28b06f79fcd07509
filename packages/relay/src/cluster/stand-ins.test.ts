import assert from "node:assert/strict";
import { test } from "node:test";
import { type Simulation, star } from "./simulation.fixture.ts";

function leaves(sim: Simulation) {
  return [...sim.nodes.values()].filter(({ name }) => name.startsWith("leaf"));
}

for (const count of [2, 5]) {
  test(`without any root, ${count} leaves go on and find what is new`, () => {
    const sim = star(count, ["root1", "root2"]);
    sim.get("leaf1").publish("cam");
    const reader = sim.get("leaf2").read("cam");
    const { ledger } = sim.get("leaf2").listen("");
    sim.run(1_000);
    sim.kill("root1");
    sim.kill("root2");
    sim.run(2_100);
    assert.ok(sim.infos("standing in for the roots").length >= 2);
    sim.get(`leaf${count}`).publish("new");
    const another = sim.get("leaf1").read("new");
    sim.run(1_000);
    assert.equal(another.found, true);
    assert.equal(another.route?.stale, false);
    assert.deepEqual(ledger.names, ["cam", "new"]);
    sim.run(60_000);
    assert.equal(reader.route?.stale, false);
    assert.equal(reader.route?.offer.hops.length, 2);
    assert.deepEqual(ledger.names, ["cam", "new"]);
    assert.ok(!ledger.log.some((line) => line.startsWith("end")), ledger.log.join(", "));
    const nobody = sim.get("leaf1").read("nothing");
    sim.run(100);
    assert.equal(nobody.found, false);
    assert.equal(leaves(sim).filter(({ cluster }) => cluster.standingIn).length, Math.min(3, count));
  });
}
