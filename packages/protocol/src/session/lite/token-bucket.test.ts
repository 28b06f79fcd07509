import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenBucket, type Verdict } from "./token-bucket.ts";

const RATE = { perSecond: 10, burst: 5, tolerance: 3 };

function take(bucket: TokenBucket, count: number, now: number): Verdict[] {
  return Array.from({ length: count }, () => bucket.take(RATE, now));
}

test("a burst is within, some more are beyond, and many more are a flood", () => {
  const bucket = new TokenBucket();
  const verdicts = [...new Array(5).fill("within"), ...new Array(3).fill("beyond"), "flood", "flood"];
  assert.deepEqual(take(bucket, 10, 0), verdicts);
});

test("what was used comes back with time, up to the burst", () => {
  const bucket = new TokenBucket();
  take(bucket, 6, 0);
  assert.deepEqual(take(bucket, 1, 150), ["beyond"]);
  assert.deepEqual(take(bucket, 3, 400), ["within", "within", "beyond"]);
  assert.deepEqual(take(bucket, 6, 1_000_000), [...new Array(5).fill("within"), "beyond"]);
});

test("the rate itself may last for ever, twice the rate may not", () => {
  const [steady, fast] = [new TokenBucket(), new TokenBucket()];
  const [slow, quick] = [new Set<Verdict>(), new Set<Verdict>()];
  for (let i = 0; i < 1_000; i++) {
    slow.add(steady.take(RATE, i * 100));
    quick.add(fast.take(RATE, i * 50));
  }
  assert.deepEqual([[...slow], [...quick]], [["within"], ["within", "beyond", "flood"]]);
});

test("without a rate nothing is beyond it, and a rate may come later", () => {
  const bucket = new TokenBucket();
  for (let i = 0; i < 1_000; i++) assert.equal(bucket.take(undefined, 0), "within");
  assert.deepEqual(take(bucket, 6, 0), [...new Array(5).fill("within"), "beyond"]);
});
