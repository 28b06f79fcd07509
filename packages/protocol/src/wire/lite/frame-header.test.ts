import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Cursor } from "../cursor.ts";
import { Writer } from "../writer.ts";
import { decodeFrameHeader, encodeFrameHeader } from "./frame-header.ts";

test("a frame header reads back as it was written", () => {
  const delta = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(-(2 ** 51), 2 ** 51));
  fc.assert(
    fc.property(delta, fc.maxSafeNat(), (delta, length) => {
      const writer = new Writer();
      encodeFrameHeader(writer, { delta, length }, "timed");
      assert.deepEqual(decodeFrameHeader(new Cursor(writer.view()), "timed"), { delta, length });
      writer.clear();
      encodeFrameHeader(writer, { delta, length }, "plain");
      assert.deepEqual(decodeFrameHeader(new Cursor(writer.view()), "plain"), { delta: 0, length });
    }),
  );
});

test("small deltas of either sign take one byte", () => {
  for (const [delta, byte] of [
    [0, 0],
    [-1, 1],
    [1, 2],
    [-13, 25],
  ] as const) {
    const writer = new Writer();
    encodeFrameHeader(writer, { delta, length: 0 }, "timed");
    assert.deepEqual([...writer.view()], [byte, 0]);
  }
});

test("a delta that no two timestamps can have is refused", () => {
  const bytes = Buffer.from("c04000000000000000", "hex");
  assert.throws(() => decodeFrameHeader(new Cursor(bytes), "timed"), { code: "timestamp-out-of-range" });
});
