/**
 * What viewers notice when something dies, falls silent or is replaced: not a frame. The bounds on time are generous; the bench
 * `faults` tells how long it takes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../src/bench/faults/suffered.ts";
import { FAULTS } from "../src/bench/faults.ts";
import { quicMissing } from "../src/process/quic-addon.ts";

const OPTIONS = { ...DEFAULTS, group: 30, parted: 6 };

for (const fault of FAULTS.filter(({ tested }) => tested > 0)) {
  const repeats = fault.asksAgain ? "whoever asks again may get some twice" : "none comes twice";
  test(`${fault.name}: no frame is missing, ${repeats}`, {
    skip: quicMissing() ?? fault.missing?.() ?? false,
    timeout: 180_000,
  }, async (context) => {
    for (const { fault: name, missing, twice, max } of await fault.suffer({ ...OPTIONS, cycles: fault.tested })) {
      context.diagnostic(`${name}: longest gap ${Math.round(max)} ms`);
      assert.equal(missing, 0, name);
      if (!fault.asksAgain) assert.equal(twice, 0, name);
      assert.ok(max < fault.bound, `${name}: ${max} ms`);
    }
  });
}
