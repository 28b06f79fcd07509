import assert from "node:assert/strict";
import { test } from "node:test";
import { fed, isTransit, namedBy, redirectTo } from "./redirect.ts";

const WAY = { hops: [7n, 20n], warm: 2, cold: 2, incarnation: 5 };

test("a redirect names relays between the publisher and who sent it, and keeps the publisher's instance", () => {
  const redirect = redirectTo(WAY, [31n, 32n]);
  assert.equal(redirect.incarnation, 5);
  const arrived = { ...redirect, hops: [...redirect.hops, 20n], warm: redirect.warm + 1 };
  assert.deepEqual(namedBy(arrived), [31n, 32n]);
});

test("no price that a publisher says makes its way a redirect or one through a root", () => {
  const dearest = { ...WAY, warm: Number.MAX_SAFE_INTEGER, cold: 2 ** 35 };
  const told = fed(dearest, false);
  assert.equal(namedBy(told), undefined);
  assert.equal(isTransit(told), false);
});

test("a way through a root is known as one at every level below", () => {
  assert.equal(isTransit(fed(WAY, false)), false);
  const once = fed(WAY, true);
  assert.equal(isTransit(once), true);
  assert.equal(isTransit(fed(once, false)), true);
});
