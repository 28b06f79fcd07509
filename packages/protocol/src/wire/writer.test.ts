import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Cursor } from "./cursor.ts";
import { WireError } from "./errors.ts";
import { Writer } from "./writer.ts";

test("a cleared writer writes into the buffer that it has", () => {
  const writer = new Writer(64);
  writer.string("room/cam");
  const first = writer.view();
  writer.clear();
  writer.varint(300);
  assert.equal(writer.view().buffer, first.buffer);
  assert.deepEqual([...writer.view()], [0x41, 0x2c]);
});

test("a copy outlives the next write", () => {
  const writer = new Writer();
  writer.u8(1);
  const copy = writer.copy();
  writer.clear();
  writer.u8(2);
  assert.deepEqual([...copy], [1]);
});

test("text of any length and script is read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(20), (text, repeat) => {
      const long = text.repeat(repeat);
      const writer = new Writer(1);
      writer.u8(7);
      writer.string(long);
      writer.u8(8);
      const cursor = new Cursor(writer.view());
      assert.equal(cursor.u8("before"), 7);
      assert.equal(cursor.string("text", 1 << 20), long);
      assert.equal(cursor.u8("after"), 8);
      cursor.finish("all");
    }),
  );
});

test("a message gets the shortest length that fits", () => {
  for (const [size, prefix] of [
    [0, "00"],
    [63, "3f"],
    [64, "4040"],
    [16_383, "7fff"],
    [16_384, "80004000"],
  ] as const) {
    const writer = new Writer();
    const mark = writer.begin();
    writer.raw(new Uint8Array(size));
    writer.end(mark);
    const bytes = Buffer.from(writer.view());
    assert.equal(bytes.subarray(0, prefix.length / 2).toString("hex"), prefix);
    assert.equal(bytes.length, prefix.length / 2 + size);
  }
});

test("values that do not fit their field are refused", () => {
  const writer = new Writer();
  for (const value of [-1, 1.5, Number.NaN, 2 ** 53 + 2]) assert.throws(() => writer.varint(value), RangeError);
  for (const value of [-1, 256, 0.5]) assert.throws(() => writer.u8(value), RangeError);
  for (const value of [-1, 65_536]) assert.throws(() => writer.u16(value), RangeError);
  for (const value of [-1n, 1n << 62n]) assert.throws(() => writer.bigVarint(value), RangeError);
  assert.equal(writer.length, 0);
});

test("a message too long for 16 bits of length is refused", () => {
  const writer = new Writer();
  const mark = writer.begin16();
  writer.raw(new Uint8Array(65_536));
  assert.throws(() => writer.end16(mark), WireError);
});
