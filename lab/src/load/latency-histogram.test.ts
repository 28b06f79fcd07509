import assert from "node:assert/strict";
import { test } from "node:test";
import { LatencyHistogram } from "./latency-histogram.ts";

test("percentiles are those of what was recorded, to a twentieth of a millisecond", () => {
  const histogram = new LatencyHistogram();
  for (let value = 1; value <= 100; value++) histogram.record(value);
  assert.ok(Math.abs(histogram.percentile(0.5) - 50) <= 0.06);
  assert.ok(Math.abs(histogram.percentile(0.99) - 99) <= 0.06);
});

test("what is out of range counts as the nearest that is in it", () => {
  const histogram = new LatencyHistogram();
  histogram.record(-1);
  histogram.record(1e9);
  assert.equal(histogram.count, 2);
  assert.ok(histogram.percentile(0.5) <= 0.05);
  assert.ok(histogram.percentile(1) >= 1999);
});

test("without a value there is no percentile", () => {
  assert.ok(Number.isNaN(new LatencyHistogram().percentile(0.5)));
});
