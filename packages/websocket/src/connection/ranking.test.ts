import assert from "node:assert/strict";
import { test } from "node:test";
import { Ranking } from "./ranking.ts";

class Item {
  priority: number;
  turn = 0;
  place = 0;
  ranking: Ranking<Item> | undefined;

  constructor(priority: number) {
    this.priority = priority;
  }
}

function drain(ranking: Ranking<Item>): Item[] {
  const items: Item[] = [];
  for (let item = ranking.first; item !== undefined; item = ranking.first) {
    items.push(item);
    ranking.remove(item);
  }
  return items;
}

test("higher priorities go first, equals in the order in which they came", () => {
  const ranking = new Ranking<Item>();
  const items = [1, 5, 1, 9, 5, -3].map((priority) => new Item(priority));
  for (const item of items) ranking.add(item);
  assert.deepEqual(
    drain(ranking).map((item) => items.indexOf(item)),
    [3, 1, 4, 0, 2, 5],
  );
  assert.ok(items.every((item) => item.ranking === undefined));
});

test("who has had a turn stands behind its equals", () => {
  const ranking = new Ranking<Item>();
  const [a, b, c] = [new Item(1), new Item(1), new Item(0)];
  for (const item of [a, b, c]) ranking.add(item);
  ranking.toTheBack(a);
  assert.deepEqual(drain(ranking), [b, a, c]);
});

test("any sequence of changes keeps the order (random)", () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const ranking = new Ranking<Item>();
  const items = Array.from({ length: 60 }, () => new Item(random(8)));
  for (let step = 0; step < 20_000; step++) {
    const item = items[random(items.length)]!;
    if (item.ranking === undefined) ranking.add(item);
    else if (random(3) === 0) ranking.remove(item);
    else if (random(2) === 0) ranking.toTheBack(item);
    else ranking.setPriority(item, random(8));
    const inside = items.filter((other) => other.ranking !== undefined);
    const best = inside.sort((a, b) => b.priority - a.priority || a.turn - b.turn)[0];
    assert.equal(ranking.first, best, `SEED=${seed} at step ${step}`);
    assert.equal(ranking.size, inside.length, `SEED=${seed} at step ${step}`);
  }
});
