import assert from "node:assert/strict";
import { test } from "node:test";
import { OPTIONS } from "./config/options/index.ts";
import { defaultLimits, LIMITS, LIMITS_ELSEWHERE } from "./limits.ts";

test("every cap is an option, and every cap that is said to be elsewhere is there", () => {
  const paths = new Set(OPTIONS.map((option) => option.path));
  for (const limit of Object.values(LIMITS)) assert.ok(paths.has(limit.key), limit.key);
  for (const path of Object.keys(LIMITS_ELSEWHERE)) assert.ok(paths.has(path), path);
});

test("no two caps share a metric", () => {
  const metrics = [...Object.values(LIMITS).map((limit) => limit.metric), ...Object.values(LIMITS_ELSEWHERE)];
  assert.equal(new Set(metrics).size, metrics.length);
});

test("the default limits are those of the table", () => {
  assert.equal(defaultLimits().controlMessage, 64 * 1024);
  assert.deepEqual(Object.keys(defaultLimits()), Object.keys(LIMITS));
});
