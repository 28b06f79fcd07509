import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "./virtual-clock.ts";

test("things run in order of time, and in order of scheduling at the same time", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (delays) => {
      const clock = new VirtualClock();
      const ran: { at: number; index: number }[] = [];
      delays.forEach((delay, index) => {
        clock.schedule(delay, () => ran.push({ at: clock.now(), index }));
      });
      while (clock.step()) {}
      const expected = delays.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at || a.index - b.index);
      assert.deepEqual(ran, expected);
      assert.equal(clock.pending, 0);
    }),
  );
});

test("time stands still until it is moved, and never goes back", () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.schedule(10, () => {
    ran.push(`first at ${clock.now()}`);
    clock.schedule(0, () => ran.push(`nested at ${clock.now()}`));
    clock.schedule(-5, () => ran.push(`in the past at ${clock.now()}`));
  });
  clock.schedule(11, () => ran.push(`last at ${clock.now()}`));
  assert.equal(clock.now(), 0);
  clock.advance(9.5);
  assert.deepEqual([clock.now(), ran], [9.5, []]);
  clock.advance(1);
  assert.equal(clock.now(), 10.5);
  assert.deepEqual(ran, ["first at 10", "nested at 10", "in the past at 10"]);
  assert.equal(clock.step(10.9), false);
  assert.equal(clock.step(), true);
  assert.equal(ran.at(-1), "last at 11");
});
