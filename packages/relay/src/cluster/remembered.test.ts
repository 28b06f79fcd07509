import assert from "node:assert/strict";
import { test } from "node:test";
import { Remembered } from "./remembered.ts";
import { TestClock } from "./test-clock.fixture.ts";

const LOG = { debug: () => {}, info: () => {}, warn: () => {} };

test("no more addresses are remembered than may be, whether told, or read at the start", () => {
  let written = JSON.stringify({ members: [] });
  const store = {
    read: () => written,
    write: (text: string) => {
      written = text;
    },
  };
  const clock = new TestClock();
  const many = new Remembered({ clock, log: LOG, store, max: 100 });
  for (let i = 0; i < 50; i++) many.add(`node${i}:1`);
  many.close();
  const few = new Remembered({ clock, log: LOG, store, max: 10 });
  assert.equal(few.size, 10, "of fifty that were written");
  few.add("another:1");
  assert.equal(few.size, 10);
  few.replace(Array.from({ length: 20 }, (_, i) => `fresh${i}:1`));
  assert.equal(few.size, 10);
});
