/** However many ask for a track at once, its publisher is asked once. The bench `cold-track` tells how long it takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, rush } from "../src/bench/cold-track.ts";
import { quicMissing } from "../src/process/quic-addon.ts";

test("a thousand viewers of a cold track cost one subscription upstream, and all are served", {
  skip: quicMissing() ?? false,
  timeout: 120_000,
}, async (context) => {
  const { upstream, last } = await rush(DEFAULTS.subscribers);
  context.diagnostic(`the last of them had a frame after ${Math.round(last)} ms`);
  // The first one comes by the root; the flow may have moved to the direct link by then.
  assert.ok(upstream <= 2, `${upstream} subscriptions`);
});
