import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { priorityOf } from "./send-order.ts";

test("a higher send order never has a lower priority", () => {
  const order = fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true });
  fc.assert(
    fc.property(order, order, (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      assert.ok(priorityOf(low) <= priorityOf(high));
      assert.ok(Math.abs(priorityOf(a)) < 2 ** 31 && Number.isInteger(priorityOf(a)));
    }),
  );
});

test("two ranks packed around 2^44 are told apart", () => {
  const pack = (priority: number, position: number) => -((255 - priority) * 2 ** 44 + position + 1);
  const ranks = [
    pack(255, 0),
    pack(255, 1),
    pack(255, 500),
    pack(254, 0),
    pack(254, 1),
    pack(1, 0),
    pack(0, 0),
    pack(0, 9),
  ];
  const priorities = ranks.map(priorityOf);
  for (let i = 1; i < ranks.length; i++) assert.ok((priorities[i - 1] as number) > (priorities[i] as number), `${i}`);
  assert.ok((priorities[0] as number) < priorityOf(0), "control streams come first");
});

test("no send order is zero", () => {
  for (const nothing of [undefined, null, Number.NaN]) assert.equal(priorityOf(nothing), 0);
});
