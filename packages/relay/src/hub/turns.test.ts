import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

test("a path has turned lately for as long as news may take, and is then forgotten", () => {
  const turns = new Turns(1_000, 10);
  turns.note("a", 0);
  turns.note("b", 500);
  assert.deepEqual([turns.lately("a", 1_000), turns.lately("a", 1_001), turns.lately("c", 0)], [true, false, false]);
  turns.note("a", 1_200);
  turns.note("c", 1_600);
  assert.deepEqual([turns.size, turns.lately("b", 1_400), turns.lately("a", 2_200)], [2, false, true]);
});

test("of more paths than are remembered the first are forgotten", () => {
  const turns = new Turns(1_000, 2);
  for (const path of ["a", "b", "c"]) turns.note(path, 0);
  assert.deepEqual(
    [turns.size, turns.lately("a", 0), turns.lately("b", 0), turns.lately("c", 0)],
    [2, false, true, true],
  );
});
