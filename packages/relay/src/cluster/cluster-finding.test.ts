import assert from "node:assert/strict";
import { test } from "node:test";
import { Simulation, star } from "./simulation.fixture.ts";

test("a broadcast of one node is found from another, at first over the root", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  sim.run(100);
  const reader = sim.get("leaf2").read("cam");
  sim.run(11);
  assert.equal(reader.found, true);
  assert.equal(reader.route?.offer.hops.length, 3);
});

test("nobody has it: a settled root says so at once", () => {
  const sim = star();
  const reader = sim.get("leaf2").read("nothing");
  sim.run(11);
  assert.equal(reader.found, false);
  assert.equal(sim.get("leaf2").cluster.counters.asksNobody, 1);
});

test("with no root reachable a question waits five seconds", () => {
  const sim = star();
  sim.kill("root");
  const reader = sim.get("leaf2").read("cam");
  sim.run(4_900);
  assert.equal(reader.found, undefined);
  sim.run(200);
  assert.equal(reader.found, false);
  assert.equal(sim.get("leaf2").cluster.counters.asksUnanswered, 1);
});

test("a question that waits is answered by a publisher that comes here", () => {
  const sim = star();
  sim.kill("root");
  const reader = sim.get("leaf2").read("cam");
  sim.run(100);
  sim.get("leaf2").publish("cam");
  assert.equal(reader.found, true);
});

test("a client's listing follows the whole cluster", () => {
  const sim = star();
  const { ledger, leave } = sim.get("leaf2").listen("room");
  sim.get("leaf1").publish("room/cam");
  sim.get("leaf3").publish("room/mic");
  sim.get("leaf3").publish("other");
  sim.get("root").publish("room/root");
  sim.run(150);
  assert.deepEqual(ledger.names, ["cam", "mic", "root"]);
  sim.get("leaf1").unpublish("room/cam");
  sim.run(150);
  assert.deepEqual(ledger.names, ["mic", "root"]);
  assert.equal(ledger.live.has("cam"), false);
  leave();
});

test("a request for one path does not list it where it was announced under a shorter name", () => {
  const sim = star();
  sim.get("leaf1").publish("room");
  const reader = sim.get("leaf2").read("room/cam/hd");
  sim.run(1_000);
  const { ledger } = sim.get("leaf2").listen("");
  sim.run(50);
  assert.equal(reader.found, true);
  assert.deepEqual(ledger.names, ["room"]);
});

test("one publish costs a message for each root and each node that listens, and so does its end", () => {
  const sim = star(30, ["root1", "root2"]);
  sim.get("leaf7").listen("");
  sim.get("leaf8").listen("room");
  sim.run(1_000);
  sim.announcements = 0;
  sim.get("leaf1").publish("room/cam");
  sim.run(1_000);
  assert.equal(sim.announcements, 4);
  sim.get("leaf1").unpublish("room/cam");
  sim.run(1_000);
  assert.equal(sim.announcements, 8);
});

test("a publisher that moves to another node is followed", () => {
  const sim = star();
  sim.get("leaf1").publish("cam", 77n);
  const { ledger } = sim.get("leaf2").listen("");
  const reader = sim.get("leaf2").read("cam");
  sim.run(1_000);
  sim.get("leaf3").publish("cam", 77n);
  sim.get("leaf1").unpublish("cam");
  sim.run(1_000);
  assert.deepEqual(reader.route?.offer.hops, [77n, sim.get("leaf3").hop]);
  assert.ok(!ledger.log.includes("end cam"), ledger.log.join(", "));
});

test("of two publishers of one name the newer wins on every node", () => {
  const sim = star(4, ["root1", "root2"]);
  sim.get("leaf1").publish("cam", 7n);
  sim.run(1_000);
  sim.get("leaf2").publish("cam", 5n);
  sim.run(1_000);
  for (const name of ["leaf1", "leaf2", "leaf3", "leaf4", "root1", "root2"]) {
    const { ledger } = sim.get(name).listen("");
    sim.run(100);
    assert.equal(ledger.live.get("cam")?.hops[0], 5n, name);
  }
});

test("who publishes a path is not told that the publisher of a shorter one has it", () => {
  const sim = star();
  sim.get("leaf3").publish("room/cam", 7n);
  sim.run(100);
  sim.get("leaf1").publish("room", 8n);
  sim.run(100);
  const reader = sim.get("leaf3").read("room/cam");
  sim.run(2_000);
  assert.equal(reader.route?.publisher, 7n);
});

test("a node that is asked directly does not decide whose a path is", () => {
  const sim = star();
  sim.get("leaf1").publish("room", 8n);
  const reader = sim.get("leaf2").read("room/cam");
  sim.run(2_000);
  assert.equal(reader.route?.publisher, 8n);
  // An older claim to the longer path: it is the announced name that counts, not the age.
  const offer = { hops: [7n], warm: 0, cold: 0, incarnation: 1 };
  sim.get("leaf3").table.offer({ path: "room/cam", offer, link: 999, scope: "local" }, 0);
  sim.run(2_000);
  assert.equal(reader.route?.publisher, 7n);
});

test("who asks again for what is just being let go is answered", () => {
  const sim = star();
  sim.get("leaf2").publish("cam", 5n);
  sim.get("leaf1").publish("cam", 7n);
  const node = sim.get("leaf2");
  const first = node.read("cam");
  sim.run(100);
  assert.equal(first.route?.publisher, 7n);
  // The reader's flow is ended by somebody else, but it still hears of changes, and takes the way up again.
  node.cluster.flow("cam", undefined);
  sim.run(30_000);
  assert.equal(first.route?.publisher, 7n);
});

test("a lie about where a node is, told by another node or by a client, is not believed", () => {
  const sim = new Simulation();
  sim.add("root", { roots: ["root"] });
  // It tells no address, so that a lie would be all that there is.
  sim.add("victim", { roots: ["root"], tells: "" });
  sim.add("liar", { roots: ["root"] });
  sim.add("evil");
  const node = sim.add("leaf", { roots: ["root"] });
  sim.run(5_000);
  const lie = `.internal/ids/${sim.get("victim").hop.toString(16)}/evil`;
  for (const name of ["liar", "leaf"]) sim.get(name).publish(lie, sim.get("victim").hop);
  sim.get("victim").publish("cam");
  const reader = node.read("cam");
  sim.run(20_000);
  assert.deepEqual(
    sim.dials.filter(({ to }) => to === "evil"),
    [],
  );
  assert.equal(reader.route?.offer.hops.length, 3, "it goes over the root");
  assert.equal(sim.get("root").cluster.counters.namesRefused > 0, true);
});

test("more paths than the cap are not asked for, and those that are go on", () => {
  const sim = star(2, ["root"]);
  sim.get("leaf1").publish("cam");
  const node = sim.add("small", { roots: ["root"], asks: 2 });
  sim.run(1_000);
  const readers = ["a", "b", "cam"].map((path) => node.read(path));
  sim.run(100);
  assert.deepEqual(
    readers.map(({ found }) => found),
    [false, false, false],
  );
  assert.equal(node.cluster.counters.asksOverCap, 1);
  sim.run(11_000);
  const again = node.read("cam");
  sim.run(100);
  assert.equal(again.found, true);
});
