import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheBudget } from "./cache-budget.ts";

/** Something that weighs `size` and gives it back when evicted. */
function thing(budget: CacheBudget, name: string, size: number, evicted: string[]) {
  budget.charge(size);
  return {
    evict: () => {
      evicted.push(name);
      budget.charge(-size);
    },
  };
}

test("the oldest go first, and only as many as needed", () => {
  const budget = new CacheBudget(100);
  const evicted: string[] = [];
  for (const name of ["a", "b", "c"]) budget.enter(thing(budget, name, 30, evicted));
  assert.deepEqual(evicted, []);
  budget.charge(20);
  assert.deepEqual(evicted, ["a"]);
  budget.charge(60);
  assert.deepEqual([evicted, budget.bytes, budget.evictions], [["a", "b", "c"], 80, 3]);
});

test("what may not go stays, whatever it weighs", () => {
  const budget = new CacheBudget(100);
  const evicted: string[] = [];
  const left = thing(budget, "left", 30, evicted);
  budget.enter(left);
  budget.leave(left);
  budget.charge(500);
  assert.deepEqual([evicted, budget.bytes], [[], 530]);
});

test("something that enters when memory is short already goes at once", () => {
  const budget = new CacheBudget(10);
  const evicted: string[] = [];
  budget.enter(thing(budget, "late", 30, evicted));
  assert.deepEqual([evicted, budget.bytes], [["late"], 0]);
});
