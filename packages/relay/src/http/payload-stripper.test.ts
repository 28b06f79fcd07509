import assert from "node:assert/strict";
import { test } from "node:test";
import { Writer } from "@moq-relay/protocol/wire";
import { PayloadStripper } from "./payload-stripper.ts";

function framed(payloads: readonly string[]): Uint8Array {
  const writer = new Writer();
  for (const payload of payloads) {
    writer.varint(payload.length);
    writer.raw(new TextEncoder().encode(payload));
  }
  return writer.copy();
}

test("payloads come out the same wherever the bytes are cut", () => {
  const payloads = ["a", "", "bc".repeat(200), "", "d".repeat(20_000), "e"];
  const bytes = framed(payloads);
  for (const size of [1, 2, 3, 7, 199, 4_096, bytes.length]) {
    const stripper = new PayloadStripper();
    let text = "";
    for (let at = 0; at < bytes.length; at += size) {
      text += new TextDecoder().decode(stripper.strip(bytes.subarray(at, at + size)));
    }
    assert.deepEqual([text === payloads.join(""), stripper.partial], [true, false], `${size}`);
  }
});

test("a frame that has begun and not ended is partial, in its length and in its payload", () => {
  const bytes = framed(["x".repeat(100)]);
  const stripper = new PayloadStripper();
  assert.equal(stripper.partial, false);
  stripper.strip(bytes.subarray(0, 1));
  assert.equal(stripper.partial, true);
  stripper.strip(bytes.subarray(1, 50));
  assert.equal(stripper.partial, true);
  stripper.strip(bytes.subarray(50));
  assert.equal(stripper.partial, false);
});
