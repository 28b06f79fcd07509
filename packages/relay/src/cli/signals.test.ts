import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { onEnd } from "./signals.ts";

test("the same signal arriving twice at once is one wish, another signal is a second one", () => {
  const process = new EventEmitter();
  const heard: string[] = [];
  const stop = onEnd(
    process,
    (signal) => heard.push(signal),
    () => heard.push("again"),
  );
  process.emit("SIGINT", "SIGINT");
  process.emit("SIGINT", "SIGINT");
  assert.deepEqual(heard, ["SIGINT"]);
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual(heard, ["SIGINT", "again"]);
  stop();
  assert.equal(process.listenerCount("SIGINT"), 0);
});
