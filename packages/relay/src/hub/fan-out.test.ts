import assert from "node:assert/strict";
import { test } from "node:test";
import { named, TestRelay } from "../core.fixture.ts";

test("one subscription upstream serves any number of readers", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = relay.audience(100);
  assert.deepEqual([publisher.wanted.length, publisher.asked], [1, 1]);
  publisher.whole(0);
  for (const reading of readings) {
    assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
    assert.deepEqual(reading.replies(), ["start 0"]);
  }
});
