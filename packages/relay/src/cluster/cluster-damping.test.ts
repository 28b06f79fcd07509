import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimNode, Simulation } from "./simulation.fixture.ts";

/** Four relays of which the last has two ways to the first, by those in the middle. */
function diamond(): Simulation {
  const sim = new Simulation();
  sim.add("near");
  for (const name of ["left", "right"]) sim.add(name, { peers: ["near"] });
  sim.add("far", { peers: ["left", "right"] });
  sim.run(5_000);
  sim.get("near").publish("cam");
  sim.run(1_000);
  return sim;
}

/** The relay in the middle by which "far" has it now. */
function taken(sim: Simulation): string {
  const [route] = sim.get("far").table.candidates("cam");
  const middle = route?.offer.hops.at(-1);
  return ["left", "right"].find((name) => sim.get(name).hop === middle) ?? "neither";
}

function flap(sim: Simulation, a: string, b: string, times: number): void {
  for (let i = 0; i < times; i++) {
    sim.cut(a, b);
    sim.run(500);
    sim.heal(a, b);
    sim.run(3_000);
  }
}

function whyNot({ table }: SimNode): string | undefined {
  return table.explain("cam").find(({ chosen }) => !chosen)?.whyNot;
}

test("a way over a link that comes and goes is taken only where there is no other, and explained", () => {
  const sim = diamond();
  const liked = taken(sim);
  flap(sim, "far", liked, 4);
  assert.ok(sim.get("far").linkedTo.includes(liked));
  assert.notEqual(taken(sim), liked);
  const far = sim.get("far");
  assert.match(whyNot(far) ?? "", /^it came and went [34] times within a minute$/);
  const other = taken(sim);
  sim.cut("far", other);
  sim.run(100);
  assert.equal(taken(sim), liked, "it is better than none");
  sim.heal("far", other);
  sim.run(5_000);
  assert.equal(taken(sim), other);
});

test("a link that stays is as good as any after a minute", () => {
  const sim = diamond();
  const liked = taken(sim);
  flap(sim, "far", liked, 4);
  sim.run(60_000);
  assert.equal(taken(sim), liked);
  assert.equal(sim.get("far").cluster.damping.damped, 0);
});

test("two restarts of each relay damp nothing", () => {
  const sim = diamond();
  for (const name of ["left", "right", "left", "right"]) {
    sim.stop(name);
    sim.run(500);
    sim.add(name, { peers: ["near"] });
    sim.run(2_000);
  }
  for (const { cluster } of sim.nodes.values()) assert.equal(cluster.damping.counters.damped, 0);
  assert.notEqual(taken(sim), "neither");
});

test("a relay that says goodbye again and again has its broadcasts announced meanwhile", () => {
  const sim = new Simulation();
  const { ledger } = sim.add("root", { roots: ["root"] }).listen("");
  sim.add("leaf", { roots: ["root"] }).publish("cam");
  sim.run(5_000);
  for (let i = 0; i < 10; i++) {
    for (const session of [...sim.get("root").sessions]) session.close(0, "bye");
    sim.run(2_000);
  }
  const ends = ledger.log.filter((line) => line.startsWith("end")).length;
  assert.ok(ends <= 3, ledger.log.join());
  assert.deepEqual(ledger.names, ["cam"]);
});
