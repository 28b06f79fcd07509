import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "./ledger.fixture.ts";
import { Simulation, star } from "./simulation.fixture.ts";

test("a root that has just started does not say that nobody has it", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  sim.kill("root");
  sim.cut("root", "leaf1");
  sim.run(100);
  sim.add("root", { roots: ["root"] });
  sim.run(1_500);
  const reader = sim.get("leaf2").read("cam");
  sim.run(500);
  assert.equal(reader.found, undefined);
  sim.heal("root", "leaf1");
  sim.run(2_000);
  assert.equal(reader.found, true);
});

test("a root to which its nodes come back one by one does not say that nobody has what the next one brings", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  sim.kill("root");
  sim.cut("root", "leaf1");
  sim.cut("root", "leaf2");
  for (const other of ["leaf2", "leaf3"]) sim.cut("leaf1", other);
  sim.run(100);
  sim.add("root", { roots: ["root"] });
  sim.run(5_000);
  const root = sim.get("root").read("mic");
  assert.equal(root.found, false, "settled, with nobody there");
  sim.heal("root", "leaf2");
  while (sim.get("leaf2").cluster.linksByKind().get("root") === 0) sim.run(10);
  const [reader, there] = [sim.get("leaf2").read("cam"), sim.get("root").read("cam")];
  sim.run(300);
  assert.deepEqual([reader.found, there.found], [undefined, undefined]);
  sim.heal("root", "leaf1");
  while (sim.get("leaf1").cluster.linksByKind().get("root") === 0) sim.run(10);
  sim.run(30);
  assert.deepEqual([reader.found, there.found], [true, true]);
  sim.run(10_000);
  const nothing = sim.get("leaf2").read("nothing");
  sim.run(11);
  assert.equal(nothing.found, false);
});

test("losing the root that is asked loses nothing: listings stay, and new broadcasts are found over the other", () => {
  const sim = star(4, ["root1", "root2"]);
  sim.get("leaf1").publish("cam");
  sim.get("leaf3").publish("root1-cam");
  const listings = [1, 2, 3, 4].map((i) => sim.get(`leaf${i}`).listen("").ledger);
  sim.run(1_000);
  for (const root of ["root1", "root2"]) {
    sim.kill(root);
    sim.run(2_000);
    sim.get("leaf2").publish(`after ${root}`);
    sim.run(100);
    const reader = sim.get("leaf4").read(`after ${root}`);
    sim.run(100);
    assert.equal(reader.found, true);
    sim.add(root, { roots: ["root1", "root2"] });
    sim.run(20_000);
  }
  for (const ledger of listings) {
    assert.deepEqual(ledger.names, ["after root1", "after root2", "cam", "root1-cam"]);
    assert.ok(!ledger.log.some((line) => line.startsWith("end")), ledger.log.join(", "));
  }
});

test("what ended while nobody could be told is ended when a root is back", () => {
  const sim = star();
  sim.cut("leaf1", "leaf2");
  sim.cut("leaf2", "leaf3");
  sim.get("leaf1").publish("cam");
  sim.get("leaf1").publish("mic");
  const { ledger } = sim.get("leaf2").listen("");
  sim.run(100);
  sim.kill("root");
  sim.run(1_000);
  sim.get("leaf1").unpublish("cam");
  sim.run(60_000);
  assert.deepEqual(ledger.names, ["cam", "mic"]);
  sim.add("root", { roots: ["root"] });
  sim.run(8_000);
  assert.deepEqual(ledger.names, ["mic"]);
});

test("flows between leaves go on without a root", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  const reader = sim.get("leaf2").read("cam");
  sim.run(1_000);
  sim.kill("root");
  sim.run(600_000);
  assert.equal(reader.route?.stale, false);
  assert.equal(reader.route?.offer.hops.length, 2);
});

test("a root without an address of its own is a root to those who list it", () => {
  const sim = new Simulation();
  sim.add("root", { tells: "" });
  sim.add("leaf1", { roots: ["root"] });
  sim.add("leaf2", { roots: ["root"] });
  sim.run(5_000);
  sim.get("leaf1").publish("cam");
  sim.get("root").publish("here");
  const { ledger } = sim.get("leaf2").listen("");
  const reader = sim.get("leaf2").read("cam");
  sim.run(2_000);
  assert.deepEqual(ledger.names, ["cam", "here"]);
  assert.equal(reader.route?.offer.hops.length, 2);
});

test("a node never gives up: after weeks and many drops it is still a member", () => {
  const sim = star(1);
  for (let week = 0; week < 20; week++) {
    sim.kill("root");
    sim.run(3_600_000);
    sim.add("root", { roots: ["root"] });
    sim.run(3_000);
    assert.deepEqual(sim.get("leaf1").linkedTo, ["root"]);
  }
});

test("a root that has just started holds back an empty answer to members, and answers clients at once", () => {
  const sim = new Simulation();
  sim.add("root", { roots: ["root"] });
  sim.add("leaf", { roots: ["root"] });
  sim.run(100);
  const [end] = sim.get("root").sessions;
  const [waiting, matching] = [new Ledger(), new Ledger()];
  sim.get("root").answer(end!, "cam", waiting);
  assert.deepEqual(waiting.log, []);
  assert.deepEqual(sim.get("root").listen("cam").ledger.log, ["begin"]);
  sim.get("root").publish("mic");
  sim.get("root").answer(end!, "mic", matching);
  assert.deepEqual(matching.log, ["begin", "start "]);
  sim.run(2_890);
  assert.deepEqual(waiting.log, []);
  sim.run(20);
  assert.deepEqual(waiting.log, ["begin"]);
});

test("something that comes while an empty answer is held back is told at once", () => {
  const sim = new Simulation();
  sim.add("root", { roots: ["root"] });
  sim.add("leaf", { roots: ["root"] });
  sim.run(100);
  const [end] = sim.get("root").sessions;
  const ledger = new Ledger();
  sim.get("root").answer(end!, "cam", ledger);
  sim.get("root").publish("cam");
  assert.deepEqual(ledger.log, ["begin", "start "]);
  sim.run(10_000);
  assert.deepEqual(ledger.log, ["begin", "start "]);
});

test("a broadcast whose node was lost is waited for, and found when the node is back", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  sim.run(100);
  sim.cut("leaf1", "root");
  sim.run(100);
  const reader = sim.get("root").read("cam");
  sim.run(2_000);
  assert.equal(reader.found, undefined);
  sim.heal("leaf1", "root");
  sim.run(2_000);
  assert.equal(reader.found, true);
});

test("that nobody has it is not believed any longer than a root is there to say so", () => {
  const sim = star();
  const first = sim.get("leaf2").read("cam");
  sim.run(100);
  assert.equal(first.found, false);
  sim.kill("root");
  sim.run(100);
  const second = sim.get("leaf2").read("cam");
  sim.run(4_000);
  assert.equal(second.found, undefined);
});

test("what a lost root had told goes with the last who wanted it", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  const { leave } = sim.get("leaf2").listen("");
  sim.run(100);
  sim.kill("root");
  sim.run(100);
  assert.equal(sim.get("leaf2").table.hasStale("cam"), true);
  leave();
  assert.equal(sim.get("leaf2").table.hasStale("cam"), false);
});

test("a broadcast of a root that is not the one asked comes from it directly, and that is the end of it", () => {
  const sim = star(6, ["root1", "root2"]);
  sim.get("root1").publish("one");
  sim.get("root2").publish("two");
  sim.run(100);
  for (let i = 1; i <= 6; i++) for (const path of ["one", "two"]) sim.get(`leaf${i}`).read(path);
  sim.run(2_000);
  for (let i = 1; i <= 6; i++) {
    for (const path of ["one", "two"]) {
      assert.equal(sim.get(`leaf${i}`).table.candidates(path)[0]?.offer.hops.length, 2, `${path} at leaf${i}`);
    }
  }
  sim.messages = 0;
  sim.run(60_000);
  assert.equal(sim.messages, 0);
});

test("a question that moves to another root is not lost when the old root answers last, or dies", () => {
  const sim = star(8, ["root1", "root2"]);
  const ledgers: Ledger[] = [];
  for (let round = 0; round < 4; round++) {
    const [down, up] = round % 2 === 0 ? ["root1", "root2"] : ["root2", "root1"];
    sim.kill(down!);
    sim.run(5_000);
    for (let i = 1; i <= 8; i++) ledgers.push(sim.get(`leaf${i}`).listen(`room${round}`).ledger);
    sim.add(down!, { roots: ["root1", "root2"] });
    sim.run(1_000);
    for (let i = 1; i <= 8; i++) ledgers.push(sim.get(`leaf${i}`).listen(`room${round}/x`).ledger);
    sim.run(4_000);
    sim.kill(up!);
    sim.run(5_000);
    sim.add(up!, { roots: ["root1", "root2"] });
    sim.run(5_000);
    sim.get("leaf1").publish(`room${round}/x/cam`);
    sim.run(100);
  }
  for (const ledger of ledgers) assert.equal(ledger.names.length, 1, ledger.log.join(", "));
});
