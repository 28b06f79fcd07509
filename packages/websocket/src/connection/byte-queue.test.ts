import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteQueue } from "./byte-queue.ts";

function queueOf(...lengths: readonly number[]): { queue: ByteQueue; chunks: Uint8Array[] } {
  const queue = new ByteQueue();
  let next = 0;
  const chunks = lengths.map((length) => Uint8Array.from({ length }, () => next++));
  for (const chunk of chunks) queue.push(chunk);
  return { queue, chunks };
}

test("whole chunks come out as they went in, without a copy", () => {
  const { queue, chunks } = queueOf(3, 1, 5);
  for (const chunk of chunks) assert.equal(queue.take(100), chunk);
  assert.equal(queue.length, 0);
});

test("pieces keep the order and share the memory of their chunk", () => {
  const { queue, chunks } = queueOf(4, 2);
  const pieces = [queue.take(3), queue.take(3), queue.take(3)];
  assert.deepEqual(
    pieces.map((piece) => [...piece]),
    [[0, 1, 2], [3], [4, 5]],
  );
  assert.equal(pieces[0]?.buffer, chunks[0]?.buffer);
});

test("a long queue that is used from the front keeps its length and order", () => {
  const { queue } = queueOf(...Array(2_000).fill(2));
  for (let i = 0; i < 1_000; i++) assert.equal(queue.take(2)[0], (i * 2) & 0xff);
  queue.push(Uint8Array.of(1, 2, 3));
  assert.equal(queue.length, 2_003);
});

test("clear tells how many bytes were dropped", () => {
  const { queue } = queueOf(4, 2);
  queue.take(1);
  assert.equal(queue.clear(), 5);
  assert.equal(queue.length, 0);
  queue.push(Uint8Array.of(9));
  assert.deepEqual(queue.take(10), Uint8Array.of(9));
});

test("crumbs are gathered, and what was taken is not changed by those that follow", () => {
  const queue = new ByteQueue();
  const sent: number[] = [];
  const gather = (length: number) => {
    const chunk = Uint8Array.from({ length }, () => sent.push(sent.length & 0xff) & 0xff);
    queue.gather(chunk);
    return [...chunk];
  };
  const expected = [...gather(1), ...gather(2)];
  const first = queue.take(Number.POSITIVE_INFINITY);
  assert.deepEqual([...first], expected);
  const later = [...gather(3), ...gather(600), ...gather(5), ...gather(7)];
  assert.deepEqual([...first], expected);
  const pieces: number[][] = [];
  while (queue.length > 0) pieces.push([...queue.take(Number.POSITIVE_INFINITY)]);
  assert.deepEqual(pieces.flat(), later);
  assert.deepEqual(
    pieces.map((piece) => piece.length),
    [3, 600, 12],
  );
});

test("a million crumbs take a thousand entries", () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 1_000_000; i++) queue.gather(Uint8Array.of(i & 0xff));
  let entries = 0;
  let next = 0;
  for (; queue.length > 0; entries++) {
    for (const byte of queue.take(Number.POSITIVE_INFINITY)) assert.equal(byte, next++ & 0xff);
  }
  assert.ok(entries <= 1_000, `${entries} entries`);
});
