/**
 * What viewers notice when a relay dies or falls silent: not a frame. The bounds on time are generous; the bench `faults` tells
 * how long it takes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, FAULTS, suffer } from "../src/bench/faults.ts";
import { quicMissing } from "../src/process/quic-addon.ts";

const OPTIONS = { ...DEFAULTS, cycles: 2, group: 30 };

for (const fault of FAULTS) {
  test(`${fault.name}: no frame is missing, none comes twice`, {
    skip: quicMissing() ?? false,
    timeout: 120_000,
  }, async (context) => {
    const { missing, twice, max } = await suffer(fault, OPTIONS);
    context.diagnostic(`longest gap ${Math.round(max)} ms`);
    assert.deepEqual({ missing, twice }, { missing: 0, twice: 0 });
    assert.ok(max < 5_000, `${max} ms`);
  });
}
