import assert from "node:assert/strict";
import { test } from "node:test";
import { HandleTable, MAX_HANDLES } from "./handle-table.ts";

test("a handle finds its thing until it is freed", () => {
  const table = new HandleTable<string>(10);
  const a = table.add("a");
  const b = table.add("b");
  assert.notEqual(a, 0);
  assert.notEqual(a, b);
  assert.equal(table.get(a), "a");
  assert.equal(table.delete(a), true);
  assert.equal(table.get(a), undefined);
  assert.equal(table.delete(a), false);
  assert.equal(table.get(b), "b");
  assert.equal(table.size, 1);
});

test("no handle is 0, and 0 and foreign numbers find nothing", () => {
  const table = new HandleTable<number>(MAX_HANDLES);
  for (let i = 0; i < 5_000; i++) assert.notEqual(table.add(i), 0);
  for (const foreign of [0, 5_000, 2 ** 32 - 1, 2 ** 31, 4_999]) assert.equal(table.get(foreign), undefined);
});

test("a full table gives 0 until something is freed", () => {
  const table = new HandleTable<number>(3);
  const handles = [table.add(1), table.add(2), table.add(3)];
  assert.equal(table.add(4), 0);
  table.delete(handles[1] ?? 0);
  assert.notEqual(table.add(5), 0);
  assert.equal(table.add(6), 0);
});

test("a handle is not given out again for two million others", () => {
  const table = new HandleTable<number>(4);
  const kept = table.add(-1);
  const stale = table.add(0);
  table.delete(stale);
  for (let i = 0; i < 2_000_000; i++) {
    const handle = table.add(i);
    if (handle === stale || handle === kept || handle === 0) assert.fail(`${handle} came again after ${i} others`);
    table.delete(handle);
  }
  assert.equal(table.get(stale), undefined);
  assert.equal(table.get(kept), -1);
});

test("handles are positive 31-bit numbers, whatever the generation", () => {
  const table = new HandleTable<number>(1);
  for (let i = 0; i < 4_000_000; i++) {
    const handle = table.add(i);
    if (!(handle > 0 && handle < 2 ** 31)) assert.fail(`handle ${handle}`);
    table.delete(handle);
  }
});

test("a capacity that does not fit is refused", () => {
  assert.throws(() => new HandleTable(0), RangeError);
  assert.throws(() => new HandleTable(MAX_HANDLES + 1), RangeError);
  assert.throws(() => new HandleTable(Number.NaN), RangeError);
});
