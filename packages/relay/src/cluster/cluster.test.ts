import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger, Simulation } from "./simulation.fixture.ts";

/** A root and leaves, settled. */
function star(leaves = 3, roots = ["root"], links: "demand" | "mesh" | "root" = "demand"): Simulation {
  const sim = new Simulation();
  for (const root of roots) sim.add(root, { roots, links });
  for (let i = 1; i <= leaves; i++) sim.add(`leaf${i}`, { roots, links });
  sim.run(5_000);
  return sim;
}

test("a broadcast of one node is found from another, at first over the root", () => {
  const sim = star();
  sim.get("leaf1").publish("cam");
  sim.run(100);
  const reader = sim.get("leaf2").read("cam");
  sim.run(11);
  assert.equal(reader.found, true);
  assert.equal(reader.route?.offer.hops.length, 3);
});

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

test("nobody has it: a settled root says so at once", () => {
  const sim = star();
  const reader = sim.get("leaf2").read("nothing");
  sim.run(11);
  assert.equal(reader.found, false);
  assert.equal(sim.get("leaf2").cluster.counters.asksNobody, 1);
});

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

test("a clients' listing follows the whole cluster", () => {
  const sim = star();
  const { ledger, leave } = sim.get("leaf2").listen("room");
  sim.get("leaf1").publish("room/cam");
  sim.get("leaf3").publish("room/mic");
  sim.get("leaf3").publish("other");
  sim.get("root").publish("room/root");
  sim.run(50);
  assert.deepEqual(ledger.names, ["cam", "mic", "root"]);
  sim.get("leaf1").unpublish("room/cam");
  sim.run(50);
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

test("what ended while no root could be told is ended when one is back", () => {
  const sim = star();
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
