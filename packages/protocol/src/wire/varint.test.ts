import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Cursor } from "./cursor.ts";
import { addCost, bigVarintAt, MAX_BOUND, MAX_COST, MAX_VARINT, varintAt, varintLength, varintSize } from "./varint.ts";
import { Writer } from "./writer.ts";

/** Integers of every size, and those where the size changes. */
const integers = fc.oneof(
  fc.nat(0x3f),
  fc.nat(0x3fff),
  fc.nat(0x3fff_ffff),
  fc.maxSafeNat(),
  fc.constantFrom(0x3f, 0x40, 0x3fff, 0x4000, 0x3fff_ffff, 0x4000_0000, 0xffff_ffff, 2 ** 32, MAX_BOUND - 1, MAX_BOUND),
);

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer(1);
  write(writer);
  return writer.view();
}

test("the examples of RFC 9000, appendix A.1, read as it says", () => {
  const examples: [string, bigint][] = [
    ["c2197c5eff14e88c", 151_288_809_941_952_652n],
    ["9d7f3e7d", 494_878_333n],
    ["7bbd", 15_293n],
    ["25", 37n],
    ["4025", 37n],
  ];
  for (const [hex, value] of examples) {
    const bytes = Buffer.from(hex, "hex");
    assert.equal(varintLength(bytes[0]!), bytes.length);
    assert.equal(bigVarintAt(bytes, 0), value);
    if (value < 2 ** 53) assert.equal(varintAt(bytes, 0), Number(value));
  }
});

test("an integer is written in the fewest bytes and read back", () => {
  fc.assert(
    fc.property(integers, (value) => {
      const bytes = written((writer) => writer.varint(value));
      assert.equal(bytes.length, varintSize(value));
      assert.equal(bytes.length, varintLength(bytes[0]!));
      assert.equal(varintAt(bytes, 0), value);
    }),
  );
});

test("a hop id is written and read back exactly", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: MAX_VARINT }), (value) => {
      const bytes = written((writer) => writer.bigVarint(value));
      assert.equal(bigVarintAt(bytes, 0), value);
    }),
  );
});

test("an integer above 2^53 never reads as one that is not", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: BigInt(MAX_BOUND) + 1n, max: MAX_VARINT }), (value) => {
      const bytes = written((writer) => writer.bigVarint(value));
      assert.ok(varintAt(bytes, 0) > MAX_BOUND);
    }),
  );
  assert.ok(varintAt(Buffer.from("c020000000000001", "hex"), 0) > MAX_BOUND);
});

test("an optional value is any integer or nothing", () => {
  fc.assert(
    fc.property(
      fc.option(fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)), { nil: undefined }),
      (value) => {
        const bytes = written((writer) => writer.optional(value));
        assert.equal(new Cursor(bytes).optional("value"), value);
      },
    ),
  );
});

test("costs add up to the largest one and stay there", () => {
  assert.equal(addCost(1, 2), 3);
  assert.equal(addCost(MAX_COST, 1), MAX_COST);
  assert.equal(addCost(MAX_COST, MAX_COST), MAX_COST);
  assert.equal(Buffer.from(written((writer) => writer.cost(MAX_COST))).toString("hex"), "ffffffffffffffff");
});
