import assert from "node:assert/strict";
import { test } from "node:test";
import { RouteTable } from "./table.ts";

const NOW = 1_000;

/** Ways to publisher 7 that foreign relays told: by link, and the relays between. */
function table(ways: Record<number, readonly bigint[]>, incarnations: Record<number, number> = {}): RouteTable {
  const subject = new RouteTable({ hop: 99n, maxRoutes: 100, maxListeners: 100 });
  for (const [link, relays] of Object.entries(ways)) {
    const offer = { hops: [7n, ...relays], warm: 1, cold: 1, incarnation: incarnations[Number(link)] ?? NOW };
    subject.offer({ path: "cam", offer, link: Number(link), scope: "local" }, NOW);
  }
  return subject;
}

function left(subject: RouteTable): number[] {
  return subject
    .candidates("cam")
    .map(({ link }) => link)
    .sort();
}

test("where the publisher entered it has ended, and so have all ways that lead through there", () => {
  const subject = table({ 1: [20n], 2: [20n, 21n], 3: [20n, 22n, 23n], 4: [24n, 25n] });
  subject.ended("cam", 1);
  assert.deepEqual(left(subject), [4]);
});

test("an end that is told by somebody who had it from others is the end of that way only", () => {
  const subject = table({ 1: [20n], 2: [20n, 21n], 3: [20n, 21n, 23n] });
  subject.ended("cam", 2);
  assert.deepEqual(left(subject), [1, 3]);
});

test("a publisher without an identity has entered where its stamp says", () => {
  const subject = table({ 1: [0n, 20n], 2: [0n, 20n, 21n], 3: [0n, 22n] });
  subject.ended("cam", 1);
  assert.deepEqual(left(subject), [3]);
});

test("what is newer than the end of which we hear is not meant", () => {
  const subject = table({ 1: [20n], 2: [20n, 21n] }, { 2: NOW + 1 });
  subject.ended("cam", 1);
  assert.deepEqual(left(subject), [2]);
});

test("the end of what is not here changes nothing", () => {
  const subject = table({ 1: [20n] });
  subject.ended("cam", 2);
  subject.ended("other", 1);
  assert.deepEqual(left(subject), [1]);
});
