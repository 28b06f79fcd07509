import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LinkCost } from "./link-cost.ts";

/** Gives a cost so many samples, and tells after how many it first changed; undefined: never. */
function feed(cost: LinkCost, count: number, rtt: (i: number) => number): number | undefined {
  let changed: number | undefined;
  for (let i = 1; i <= count; i++) if (cost.sample(rtt(i)) && changed === undefined) changed = i;
  return changed;
}

/** One that has been at this round trip for long. */
function settledAt(rtt: number): LinkCost {
  const cost = new LinkCost();
  feed(cost, 60, () => rtt);
  return cost;
}

test("a link that was not measured, or is near, costs nothing beside its unit", () => {
  const cost = new LinkCost();
  assert.equal(cost.surcharge, 0);
  assert.equal(
    feed(cost, 1_000, (i) => (i % 100) / 10),
    undefined,
  );
  assert.equal(cost.surcharge, 0);
});

test("a far link costs its round trip after five samples", () => {
  const cost = new LinkCost();
  assert.equal(
    feed(cost, 20, () => 40.4),
    5,
  );
  assert.equal(cost.surcharge, 40);
});

test("a spike of four samples changes nothing, however high", () => {
  const cost = settledAt(40);
  assert.equal(
    feed(cost, 400, (i) => (i % 5 === 0 ? 40 : 2_000)),
    undefined,
  );
});

test("a rise goes to the nearest of what was measured, so that a spike in it does not count", () => {
  const cost = settledAt(40);
  feed(cost, 5, (i) => [900, 120, 300, 100, 110][i - 1]!);
  assert.equal(cost.surcharge, 100);
});

test("a link that gets better is believed after thirty samples only", () => {
  const cost = settledAt(100);
  assert.equal(
    feed(cost, 40, () => 20),
    30,
  );
  assert.equal(cost.surcharge, 20);
});

test("between two changes are ten samples at least", () => {
  const cost = settledAt(20);
  const changes: number[] = [];
  for (let i = 1; i <= 100; i++) if (cost.sample(20 * 1.4 ** i)) changes.push(i);
  assert.ok(changes.length > 1);
  assert.ok(
    changes.every((at, i) => i === 0 || at - changes[i - 1]! >= 10),
    changes.join(),
  );
});

test("what is no measure is passed over", () => {
  const cost = settledAt(40);
  assert.equal(
    feed(cost, 50, (i) => (i % 2 === 0 ? Number.NaN : -1)),
    undefined,
  );
  assert.equal(cost.surcharge, 40);
});

test("jitter within a band never changes the cost of a link that has one", () => {
  const band = fc
    .double({ min: 0, max: 2_000, noNaN: true })
    .chain((low) => fc.record({ low: fc.constant(low), width: fc.constant(Math.max(10, low / 4)) }));
  fc.assert(
    fc.property(
      band,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 300 }),
      ({ low, width }, at) => {
        const cost = settledAt(low + (at[0] ?? 0) * width);
        const before = cost.surcharge;
        assert.equal(
          feed(cost, at.length, (i) => low + at[i - 1]! * width),
          undefined,
        );
        assert.equal(cost.surcharge, before);
      },
    ),
  );
});
