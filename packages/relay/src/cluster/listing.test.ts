import assert from "node:assert/strict";
import { test } from "node:test";
import { isInternal } from "./names.ts";
import { type SimNode, star } from "./simulation.fixture.ts";

/** Lists, and gives what the table had when the answer came. */
function list(node: SimNode, prefix = "") {
  const answers: { complete: boolean; names: string[] }[] = [];
  const cancel = node.cluster.list(prefix, (complete) => {
    const names = node.table.routes(prefix).map(({ path }) => path);
    answers.push({ complete, names: names.filter((path) => !isInternal(path)).sort() });
  });
  return { answers, cancel };
}

test("any node lists what is published at any other, and asks no longer afterwards", () => {
  const sim = star(3);
  sim.get("leaf1").publish("room/a");
  sim.get("leaf2").publish("room/b");
  sim.get("root").publish("c");
  sim.run(100);
  const { cluster, table } = sim.get("leaf3");
  const before = [cluster.sizes(), table.size, sim.questions];
  for (const [prefix, names] of [
    ["", ["c", "room/a", "room/b"]],
    ["room", ["room/a", "room/b"]],
    ["nothing", []],
  ] as const) {
    const { answers } = list(sim.get("leaf3"), prefix);
    assert.deepEqual(answers, []);
    sim.run(100);
    assert.deepEqual(answers, [{ complete: true, names }]);
  }
  sim.run(20_000);
  assert.deepEqual([cluster.sizes(), table.size, sim.questions], before);
  assert.deepEqual(list(sim.get("root")).answers, [{ complete: true, names: ["c", "room/a", "room/b"] }]);
});

test("whoever lists again and again asks once", () => {
  const sim = star(2);
  sim.get("leaf1").publish("a");
  sim.run(100);
  list(sim.get("leaf2"));
  sim.run(100);
  const asked = sim.messages;
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(list(sim.get("leaf2")).answers, [{ complete: true, names: ["a"] }]);
    sim.run(1_000);
  }
  assert.equal(sim.messages, asked);
});

test("without a root a node lists at once what it knows, and says that this may not be all", () => {
  const sim = star(2);
  sim.get("leaf1").publish("a");
  sim.get("leaf2").publish("b");
  sim.run(100);
  sim.kill("root");
  sim.run(1);
  assert.deepEqual(list(sim.get("leaf1")).answers, [{ complete: false, names: ["a"] }]);
});

test("a root that does not answer is waited for three seconds", () => {
  const sim = star(1);
  sim.get("leaf1").publish("a");
  sim.get("root").answer = () => () => {};
  const { answers } = list(sim.get("leaf1"));
  sim.run(2_999);
  assert.deepEqual(answers, []);
  sim.run(1);
  assert.deepEqual(answers, [{ complete: false, names: ["a"] }]);
  sim.run(20_000);
  assert.equal(answers.length, 1);
});

test("a root that has just started says what there is once its nodes are back", () => {
  const sim = star(0);
  sim.kill("root");
  const root = sim.add("root", { roots: ["root"] });
  const { answers } = list(root);
  sim.add("leaf1", { roots: ["root"] }).publish("a");
  sim.run(2_500);
  assert.deepEqual(answers, []);
  sim.run(1_000);
  assert.deepEqual(answers, [{ complete: true, names: ["a"] }]);
});

test("who gives up is not answered", () => {
  const sim = star(2);
  const { answers, cancel } = list(sim.get("leaf1"));
  cancel();
  cancel();
  sim.run(20_000);
  assert.deepEqual([answers, sim.get("leaf1").cluster.sizes().asked], [[], 0]);
});
