import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cut, places } from "../vectors/cut.ts";
import { bodyOf, frames } from "../vectors/frame-body.ts";
import { Writer } from "../writer.ts";
import { encodeFrameHeader } from "./frame-header.ts";
import { transcoder } from "./transcode.ts";

for (const [from, to] of [
  ["plain", "timed"],
  ["timed", "plain"],
] as const) {
  test(`${from} frames become ${to} frames, however they are cut`, () => {
    fc.assert(
      fc.property(frames, places, (sent, at) => {
        const convert = transcoder(from, (frame) => sent[frame]!.timestamp, 200);
        const output = new Writer();
        for (const chunk of cut(bodyOf(sent, from), at)) output.raw(convert(chunk));
        assert.deepEqual(output.view(), bodyOf(sent, to));
      }),
    );
  });

  test(`payload of ${from} frames leaves with the chunk that brought it`, () => {
    const convert = transcoder(from, () => 5, 1000);
    const header = new Writer();
    encodeFrameHeader(header, { delta: 5, length: 100 }, from);
    const expected = new Writer();
    encodeFrameHeader(expected, { delta: 5, length: 100 }, to);
    assert.deepEqual(convert(header.view()), expected.view());
    const part = new Uint8Array(60).fill(1);
    assert.equal(convert(part), part);
  });
}

test("a frame that is too large stops the conversion", () => {
  const convert = transcoder("plain", () => 0, 10);
  assert.throws(() => convert(Uint8Array.of(11)), { name: "WireError", code: "frame-too-large" });
});
