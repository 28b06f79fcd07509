import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { WireErrorCode } from "../errors.ts";
import { cut, places } from "../vectors/cut.ts";
import { bodyOf, type Frame, frames } from "../vectors/frame-body.ts";
import { writeTimestamp } from "./frame-header.ts";
import { FrameScanner } from "./frame-scanner.ts";
import type { FrameFormat } from "./versions.ts";

const formats = fc.constantFrom<FrameFormat>("plain", "timed");
const ignore = () => {};

function refuses(code: WireErrorCode, format: FrameFormat, hex: string, maxFrame = 1000): void {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  assert.throws(() => new FrameScanner(format, { maxFrame }).push(bytes, ignore), { name: "WireError", code });
  assert.throws(
    () => {
      const scanner = new FrameScanner(format, { maxFrame });
      for (const byte of bytes) scanner.push(Uint8Array.of(byte), ignore);
    },
    { name: "WireError", code },
  );
}

test("every frame is found where it lies, however the stream is cut", () => {
  fc.assert(
    fc.property(frames, formats, places, (sent, format, at) => {
      const body = bodyOf(sent, format);
      const scanner = new FrameScanner(format, { maxFrame: 200 });
      const found: Frame[] = [];
      const starts: number[] = [];
      const ends: number[] = [];
      for (const chunk of cut(body, at)) {
        scanner.push(
          chunk,
          (offset, payloadOffset, length, timestamp) => {
            starts.push(offset);
            const payload = body.slice(payloadOffset, payloadOffset + length);
            found.push({ timestamp: timestamp ?? sent[found.length]!.timestamp, payload });
            assert.equal(scanner.headers, found.length);
          },
          (end) => ends.push(end),
        );
        assert.equal(scanner.frames, ends.length);
        assert.equal(scanner.boundary, ends.at(-1) ?? 0);
      }
      assert.deepEqual(found, sent);
      assert.deepEqual(starts, [0, ...ends].slice(0, sent.length));
      assert.equal(scanner.offset, body.length);
      assert.equal(scanner.partial, false);
      scanner.finish();
    }),
  );
});

test("plain frames have no timestamp", () => {
  const scanner = new FrameScanner("plain", { maxFrame: 100 });
  scanner.push(Uint8Array.of(1, 7), (...frame) => assert.deepEqual(frame, [0, 1, 1, undefined]));
  assert.equal(scanner.frames, 1);
});

test("a frame is told before its payload is here", () => {
  const scanner = new FrameScanner("timed", { maxFrame: 100 });
  const told: unknown[] = [];
  const end = (offset: number) => told.push(offset);
  scanner.push(Uint8Array.of(4), (...frame) => told.push(frame), end);
  assert.equal(told.length, 0);
  assert.ok(scanner.partial);
  scanner.push(Uint8Array.of(3), (...frame) => told.push(frame), end);
  assert.deepEqual(told, [[0, 2, 3, 2]]);
  assert.equal(scanner.frames, 0);
  scanner.push(Uint8Array.of(1, 2), ignore, end);
  assert.throws(() => scanner.finish(), { code: "truncated" });
  scanner.push(Uint8Array.of(3), ignore, end);
  assert.deepEqual(told, [[0, 2, 3, 2], 5]);
  scanner.finish();
});

test("a frame larger than the limit is refused at its header", () => {
  refuses("frame-too-large", "plain", "43e9");
  refuses("frame-too-large", "timed", "00 43e9");
  refuses("integer-too-large", "plain", "c020000000000000", Number.POSITIVE_INFINITY);
});

test("a timestamp below 0 or above 2^53 - 1 is refused", () => {
  refuses("timestamp-out-of-range", "timed", "01 00");
  refuses("timestamp-out-of-range", "timed", "02 00 05 00");
  refuses("timestamp-out-of-range", "timed", "c040000000000000 00");
  refuses("timestamp-out-of-range", "timed", "ffffffffffffffff 00");
  refuses("timestamp-out-of-range", "timed", "c03ffffffffffffe 00 02 00");
});

test("a timestamp is written as it stands at the beginning of a stream", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (timestamp) => {
      const scanner = new FrameScanner("timed", { maxFrame: 0 });
      const found: (number | undefined)[] = [];
      scanner.push(writeTimestamp(timestamp), ignore);
      scanner.push(Uint8Array.of(0), (_offset, _payload, _length, seen) => found.push(seen));
      assert.deepEqual(found, [timestamp]);
    }),
  );
});
