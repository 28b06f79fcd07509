import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberLink } from "./links.ts";
import { type Simulation, star } from "./simulation.fixture.ts";
import { followed } from "./twins.ts";

const ROOTS = { roots: ["root"] };

function copied(): Simulation {
  const sim = star(1);
  sim.add("one", { ...ROOTS, tells: "copied.test:4443" });
  sim.add("two", { ...ROOTS, tells: "copied.test:4443" });
  return sim;
}

/** What the root has warned of. */
function warnings(sim: Simulation): string[] {
  return sim.warnings.filter((line) => line.startsWith("root: two relays"));
}

test("a root says once that two relays have one address, for as long as it lasts", () => {
  const sim = copied();
  sim.run(25_000);
  assert.deepEqual(warnings(sim), [], "it may be one that was restarted");
  sim.run(100_000);
  assert.equal(warnings(sim).length, 1);
  sim.add("three", { ...ROOTS, tells: "copied.test:4443" });
  sim.run(100_000);
  assert.equal(warnings(sim).length, 1);
  assert.equal(sim.get("root").cluster.counters.addressesTwice, 1);
});

test("when it was set right and happens again it is said again", () => {
  const sim = copied();
  sim.run(60_000);
  sim.stop("two");
  sim.run(1_000);
  sim.add("two", { ...ROOTS, tells: "copied.test:4443" });
  sim.run(60_000);
  assert.equal(warnings(sim).length, 2);
});

test("a relay that was restarted is not taken for two", () => {
  const sim = star(2);
  sim.kill("leaf1", 10_000);
  sim.add("leaf1", ROOTS);
  sim.run(60_000);
  assert.deepEqual(warnings(sim), []);
});

test("relays without an address, and second links to one, are nobody's twins", () => {
  const sim = star(0);
  for (const name of ["a", "b"]) sim.add(name, { ...ROOTS, tells: "" });
  sim.add("c", { ...ROOTS, peers: ["root"] });
  sim.run(60_000);
  assert.deepEqual(warnings(sim), []);
});

test("of two links to one address the one to who was there before is followed, a second one to the same relay is not", () => {
  const link = (id: number, address: string, hop: bigint): MemberLink =>
    ({ id, address, hop }) as unknown as MemberLink;
  const before = link(1, "a:1", 7n);
  const links = [
    before,
    link(2, "b:1", 8n),
    link(3, "b:1", 8n),
    link(4, "", 9n),
    link(5, "", 10n),
    link(6, "a:1", 11n),
  ];
  assert.deepEqual(followed(links), [before]);
  assert.deepEqual(followed([]), []);
});
