import assert from "node:assert/strict";
import { test } from "node:test";
import { estimateOf, ProbeCadence } from "./probe-cadence.ts";

const NO_STATS = { bytesSent: 0, bytesReceived: 0, bytesQueued: 0 };

test("what is not known is 0, and a measured 0 is 1", () => {
  assert.deepEqual(estimateOf(NO_STATS), { bitrate: 0, rtt: 0 });
  assert.deepEqual(estimateOf({ ...NO_STATS, sendRate: 0, rtt: 0.2 }), { bitrate: 1, rtt: 1 });
  assert.deepEqual(estimateOf({ ...NO_STATS, sendRate: 3_500_000.4, rtt: 24.6 }), { bitrate: 3_500_000, rtt: 25 });
});

test("what is no number, or larger than numbers go, does not reach the wire", () => {
  assert.deepEqual(estimateOf({ ...NO_STATS, sendRate: Number.NaN, rtt: -1 }), { bitrate: 0, rtt: 0 });
  assert.equal(estimateOf({ ...NO_STATS, sendRate: Number.POSITIVE_INFINITY }).bitrate, Number.MAX_SAFE_INTEGER);
});

test("the first estimate is due, and one like it only after ten seconds", () => {
  const cadence = new ProbeCadence();
  const estimate = { bitrate: 1_000, rtt: 10 };
  assert.deepEqual(
    [0, 100, 9_900, 10_000, 10_100, 19_999, 20_000].map((now) => cadence.due(estimate, now)),
    [true, false, false, true, false, false, true],
  );
});

test("a change by a quarter is due at once, a smaller one the later the smaller it is", () => {
  const due = (bitrate: number, rtt: number, now: number): boolean => {
    const cadence = new ProbeCadence();
    cadence.due({ bitrate: 1_000, rtt: 100 }, 0);
    return cadence.due({ bitrate, rtt }, now);
  };
  assert.deepEqual([due(1_250, 100, 0), due(750, 100, 0), due(1_000, 125, 0)], [true, true, true]);
  assert.deepEqual([due(1_240, 100, 0), due(1_000, 80, 0)], [false, false]);
  assert.deepEqual([due(1_100, 100, 5_900), due(1_100, 100, 6_000)], [false, true]);
  assert.deepEqual([due(1_000, 101, 9_500), due(1_000, 101, 9_700)], [false, true]);
});

test("what becomes known, or unknown, is a change", () => {
  const cadence = new ProbeCadence();
  assert.deepEqual(
    [0, 5, 0].map((rtt, at) => cadence.due({ bitrate: 0, rtt }, at)),
    [true, true, true],
  );
});
