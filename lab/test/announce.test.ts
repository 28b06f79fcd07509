/** A new broadcast is heard of everywhere, and nothing is told to relays that did not ask. The bench `announce` tells how soon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { converge, DEFAULTS } from "../src/bench/announce.ts";
import { quicMissing } from "../src/process/quic-addon.ts";

test("listeners at all of five relays hear of twenty broadcasts, and relays without listeners of none", {
  skip: quicMissing() ?? false,
  timeout: 120_000,
}, async (context) => {
  const { p50, max, uninvited } = await converge(5, { ...DEFAULTS, broadcasts: 20 });
  context.diagnostic(`half of them within ${p50.toFixed(1)} ms, the last after ${max.toFixed(1)} ms`);
  assert.ok(max < 5_000, `${max} ms`);
  assert.equal(uninvited, 0);
});
