import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NOWHERE, type Ranked, Ranking } from "./ranking.ts";

interface Item extends Ranked {
  readonly name: number;
}

function item(name: number, priority: number): Item {
  return { name, priority, order: 0, place: NOWHERE };
}

function drain(ranking: Ranking<Item>): number[] {
  const names: number[] = [];
  for (let first = ranking.first; first !== undefined; first = ranking.first) {
    ranking.remove(first);
    names.push(first.name);
  }
  return names;
}

test("the highest priority goes first, the oldest among equals", () => {
  const ranking = new Ranking<Item>();
  [3, 1, 3, 2, 1].forEach((priority, name) => {
    ranking.add(item(name, priority));
  });
  assert.deepEqual(drain(ranking), [0, 2, 3, 1, 4]);
});

test("whatever is added, ranked anew, sent back and removed, the order stays right", () => {
  const step = fc.record({
    what: fc.constantFrom("add", "remove", "rerank", "requeue"),
    who: fc.nat(),
    priority: fc.integer({ min: -3, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const ranking = new Ranking<Item>();
      // In the order in which they stand among equals.
      let model: Item[] = [];
      steps.forEach(({ what, who, priority }, name) => {
        const chosen = model[who % Math.max(1, model.length)];
        if (what === "add" || chosen === undefined) {
          const added = item(name, priority);
          ranking.add(added);
          model.push(added);
        } else if (what === "rerank") {
          ranking.rerank(chosen, priority);
        } else {
          model = model.filter((other) => other !== chosen);
          if (what === "requeue") {
            ranking.requeue(chosen);
            model.push(chosen);
          } else {
            ranking.remove(chosen);
            assert.equal(chosen.place, NOWHERE);
          }
        }
        assert.equal(ranking.size, model.length);
      });
      const expected = model.toSorted((a, b) => b.priority - a.priority);
      assert.deepEqual(
        drain(ranking),
        expected.map(({ name }) => name),
      );
    }),
  );
});
