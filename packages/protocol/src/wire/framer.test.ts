import assert from "node:assert/strict";
import { mock, test } from "node:test";
import fc from "fast-check";
import { WireError } from "./errors.ts";
import { Framer } from "./framer.ts";
import { cut, places } from "./vectors/cut.ts";
import { Writer } from "./writer.ts";

function stream(type: number, bodies: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  writer.varint(type);
  for (const body of bodies) {
    writer.varint(body.length);
    writer.raw(body);
  }
  return writer.copy();
}

test("type, length and body may come in different chunks", () => {
  const framer = new Framer(100);
  assert.equal(framer.type(), undefined);
  framer.push(Uint8Array.of(2));
  assert.equal(framer.type(), 2);
  assert.equal(framer.message(), undefined);
  framer.push(Uint8Array.of(0x40));
  assert.equal(framer.message(), undefined);
  framer.push(Uint8Array.of(2));
  assert.equal(framer.message(), undefined);
  framer.push(Uint8Array.of(7, 8, 9));
  const body = framer.message();
  assert.deepEqual([...(body?.take("body", 2) ?? [])], [7, 8]);
  body?.finish("message");
  assert.deepEqual([...framer.rest()], [9]);
  framer.finish();
});

test("messages come out as they went in, however they are cut", () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.nat(100_000), bodies, fc.uint8Array(), places, (type, sent, tail, at) => {
      const bytes = Uint8Array.of(...stream(type, sent), ...tail);
      const framer = new Framer(300);
      const received: Uint8Array[] = [];
      const rest: number[] = [];
      let seen: number | undefined;
      for (const chunk of cut(bytes, at)) {
        framer.push(chunk);
        seen ??= framer.type();
        if (seen === undefined) continue;
        while (received.length < sent.length) {
          const message = framer.message();
          if (message === undefined) break;
          received.push(message.take("body", message.remaining).slice());
        }
        if (received.length === sent.length) rest.push(...framer.rest());
      }
      assert.equal(seen, type);
      assert.deepEqual(received, sent);
      assert.deepEqual(rest, [...tail]);
      framer.finish();
    }),
  );
});

test("messages may be left standing while more arrives", () => {
  const bodies = Array.from({ length: 50 }, (_, i) => new Uint8Array(i * 7).fill(i));
  const bytes = stream(1, bodies);
  const framer = new Framer(1000);
  for (const chunk of cut(bytes, [1, 2, 3, 500, 501, 4000, 8000])) framer.push(chunk);
  assert.equal(framer.buffered, bytes.length);
  assert.equal(framer.type(), 1);
  for (const body of bodies) {
    const message = framer.message();
    assert.deepEqual(message?.take("body", message.remaining), body);
  }
  assert.equal(framer.buffered, 0);
});

test("type and message are taken both or not at all", () => {
  const framer = new Framer(100);
  framer.push(Uint8Array.of(3, 2, 1));
  assert.equal(framer.typedMessage(), undefined);
  assert.equal(framer.buffered, 3);
  framer.push(Uint8Array.of(0));
  const message = framer.typedMessage();
  assert.equal(message?.type, 3);
  assert.equal(message?.body.u16("field"), 0x100);
});

test("a message that promises too much is refused at its length", () => {
  const framer = new Framer(64);
  framer.push(Uint8Array.of(0x40, 65));
  assert.throws(() => framer.message(), { name: "WireError", code: "message-too-large" });
  const short = new Framer(64);
  short.push(Uint8Array.of(0, 65));
  assert.throws(() => short.message16(), { name: "WireError", code: "message-too-large" });
  const huge = new Framer(64);
  huge.push(new Uint8Array(8).fill(0xff));
  assert.throws(() => huge.message(), { name: "WireError", code: "message-too-large" });
});

test("a promised length reserves no memory before its bytes come", () => {
  const framer = new Framer(1 << 20);
  framer.push(Uint8Array.of(0x80, 0x10, 0, 0));
  assert.equal(framer.message(), undefined);
  for (let i = 0; i < 100; i++) {
    framer.push(Uint8Array.of(i));
    assert.equal(framer.message(), undefined);
  }
  assert.ok(framer.reserved < 1024, `${framer.reserved} bytes`);
});

test("no more is kept than a message and its header, however large the chunks", () => {
  const limit = 1000;
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5000, size: "max" }), { maxLength: 20 }), (chunks) => {
      const framer = new Framer(limit);
      try {
        for (const chunk of chunks) {
          framer.push(chunk);
          while (framer.message() !== undefined);
          assert.ok(framer.buffered <= limit + 16);
          assert.ok(framer.reserved <= 2 * (limit + 16));
        }
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
  );
});

test("a message that comes byte by byte is copied a bounded number of times", () => {
  const bytes = stream(1, [new Uint8Array(60_000)]);
  const copies = mock.method(Uint8Array.prototype, "set");
  try {
    const framer = new Framer(64 << 10);
    framer.push(bytes.subarray(0, 1));
    framer.type();
    for (let at = 1; at < bytes.length; at++) {
      framer.push(bytes.subarray(at, at + 1));
      framer.message();
    }
    const copied = copies.mock.calls.reduce((sum, call) => sum + (call.arguments[0] as Uint8Array).length, 0);
    assert.equal(framer.buffered, 0);
    assert.ok(copied <= 4 * bytes.length, `${copied} bytes copied for ${bytes.length}`);
  } finally {
    copies.mock.restore();
  }
});

test("a message inside one chunk is not copied", () => {
  const chunk = stream(1, [Uint8Array.of(1, 2, 3)]);
  const framer = new Framer(100);
  framer.push(chunk);
  framer.type();
  const view = framer.message()?.take("body", 3);
  assert.equal(view?.buffer, chunk.buffer);
});

test("what is left includes what was held", () => {
  const framer = new Framer(100);
  framer.push(Uint8Array.of(3, 1));
  assert.equal(framer.message(), undefined);
  framer.push(Uint8Array.of(2));
  assert.equal(framer.message(), undefined);
  framer.push(Uint8Array.of(3, 4));
  assert.deepEqual([...framer.rest()], [3, 1, 2, 3, 4]);
  assert.equal(framer.buffered, 0);
});

test("a stream that ends inside a message is truncated", () => {
  const framer = new Framer(100);
  framer.push(Uint8Array.of(5, 1));
  assert.equal(framer.message(), undefined);
  assert.throws(() => framer.finish(), { code: "truncated" });
});
