import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

test("every cap is read by something besides the configuration: none is accepted and ignored", () => {
  const files = globSync("**/*.ts", { cwd: import.meta.dirname });
  const sources = files.filter((file) => !/(^config\/|\.(test|fixture)\.ts$|^limits\.ts$)/.test(file));
  const text = sources.map((file) => readFileSync(join(import.meta.dirname, file), "utf8")).join("\n");
  for (const name of Object.keys(LIMITS)) assert.match(text, new RegExp(`imits\\.${name}\\b`), name);
});
