import assert from "node:assert/strict";
import { test } from "node:test";
import { Skips, type TestEvent, withoutOutputOfPassing } from "./test-report.ts";

test("what a transport is not there to do is counted apart from what the machine lacks, each reason once", () => {
  const skips = new Skips();
  skips.add("a datagram arrives", "WebSocket does not have: datagrams");
  skips.add("a page", "no browser");
  skips.add("another page", "no browser");
  skips.add("a link", true);
  assert.deepEqual([skips.notApplicable, skips.skipped], [1, 3]);
  assert.deepEqual(skips.lines(), [
    'skipped, because no browser: 2 tests, the first "a page"',
    "skipped, because this machine lacks what it needs: a link",
  ]);
});

test("what a file writes is shown when it fails, and not when it passes", async () => {
  async function* events(): AsyncGenerator<TestEvent> {
    yield { type: "test:stderr", data: { file: "good" } };
    yield { type: "test:stderr", data: { file: "bad" } };
    yield { type: "test:summary", data: { file: "good", success: true } };
    yield { type: "test:summary", data: { file: "bad", success: false } };
    yield { type: "test:summary", data: { success: false } };
  }
  const shown: string[] = [];
  for await (const { type, data } of withoutOutputOfPassing(events())) shown.push(`${type} ${data.file ?? "all"}`);
  assert.deepEqual(shown, ["test:summary good", "test:stderr bad", "test:summary bad", "test:summary all"]);
});
