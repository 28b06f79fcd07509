import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FrameLedger } from "./frame-ledger.ts";
import { decodeFrame, encodeFrame } from "./numbered-frame.ts";

const frame = (group: number, index: number, instance = 1) =>
  encodeFrame({ instance, group, index, groupSize: 3, sentAt: 1234.5 }, 100);

describe("a numbered frame", () => {
  test("says what was put in", () => {
    const decoded = decodeFrame(frame(7, 2));
    assert.deepEqual(decoded, { instance: 1, group: 7, index: 2, groupSize: 3, sentAt: 1234.5 });
  });

  test("shows any byte that was altered, and any that is missing", () => {
    const bytes = frame(7, 2);
    for (let at = 0; at < bytes.length; at++) {
      const altered = bytes.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      assert.equal(decodeFrame(altered), undefined, `byte ${at}`);
    }
    assert.equal(decodeFrame(bytes.subarray(0, 99)), undefined);
    assert.equal(decodeFrame(bytes.subarray(0, 10)), undefined);
  });
});

describe("a ledger", () => {
  test("counts what is missing between the first group and the newest frame", () => {
    const ledger = new FrameLedger();
    for (const [group, index] of [
      [4, 0],
      [4, 1],
      [4, 2],
      [6, 0],
      [6, 1],
    ] as const)
      ledger.record(frame(group, index), group);
    const summary = ledger.summary(1);
    assert.equal(summary?.missing, 3);
    assert.deepEqual(summary.examples, ["5/0", "5/1", "5/2"]);
    assert.equal(summary.firstGroup, 4);
    assert.equal(summary.complete, false);
    ledger.record(frame(6, 2), 6);
    assert.equal(ledger.summary(1)?.complete, true);
  });

  test("counts what came twice, what was altered, and what came in another group", () => {
    const ledger = new FrameLedger();
    ledger.record(frame(0, 0), 0);
    ledger.record(frame(0, 0), 0);
    ledger.record(frame(0, 1), 5);
    ledger.record(new Uint8Array(64), 0);
    assert.equal(ledger.summary(1)?.duplicated, 1);
    assert.equal(ledger.altered, 2);
  });

  test("keeps the instances of a publisher apart", () => {
    const ledger = new FrameLedger();
    ledger.record(frame(9, 0, 1), 9);
    ledger.record(frame(0, 0, 2), 0);
    assert.deepEqual(
      ledger.summaries().map((each) => [each.instance, each.firstGroup]),
      [
        [1, 9],
        [2, 0],
      ],
    );
  });
});
