import assert from "node:assert/strict";
import { test } from "node:test";
import { routeHash } from "./route-hash.ts";

test("the hash of a route is the one of the protocol notes, 6.2", () => {
  assert.equal(routeHash("room/cam", [7n, 42n]), 0x408ee97ccf0b425dn);
});

test("the hash of a route depends on the order of its hops", () => {
  assert.notEqual(routeHash("room/cam", [7n, 42n]), routeHash("room/cam", [42n, 7n]));
});
