import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "@moq-relay/protocol/testing";
import { Carrying } from "./carrying.ts";
import { RouteTable } from "./routing/index.ts";

/** Says how the ways to "a" are used. */
function stage() {
  const world = new World();
  const table = new RouteTable({ hop: 99n, maxRoutes: 10, maxListeners: 10 });
  for (const link of [1, 2]) {
    const offer = { hops: [7n, BigInt(link)], warm: link, cold: link, incarnation: 1 };
    table.offer({ path: "a", offer, link, scope: "local" }, 0);
  }
  const coming = new Set<number>();
  const carrying = new Carrying(world.clock, table, (_, link) => coming.has(link));
  const uses = () => [1, 2].map((link) => table.routes("a").find((route) => route.link === link)?.use);
  return { world, carrying, coming, uses };
}

test("what is carried is in use at once, and lasting after five seconds", () => {
  const { world, carrying, uses } = stage();
  carrying.carried("a", 1);
  assert.deepEqual(uses(), ["new", "not"]);
  world.pass(4_999);
  carrying.carried("a", 1);
  assert.deepEqual(uses(), ["new", "not"]);
  world.pass(1);
  assert.deepEqual(uses(), ["lasting", "not"]);
});

test("a move to another way is no new beginning, an end is an end", () => {
  const { world, carrying, uses } = stage();
  carrying.carried("a", 1);
  world.pass(3_000);
  carrying.carried("a", 2);
  assert.deepEqual(uses(), ["not", "new"]);
  world.pass(2_000);
  assert.deepEqual(uses(), ["not", "lasting"]);
  carrying.carried("a", 1);
  assert.deepEqual(uses(), ["lasting", "not"]);
  carrying.carried("a", undefined);
  assert.deepEqual([uses(), carrying.size], [["not", "not"], 0]);
  carrying.carried("a", 1);
  assert.deepEqual(uses(), ["new", "not"]);
});

test("what comes and goes each second is never lasting", () => {
  const { world, carrying, uses } = stage();
  for (let round = 0; round < 20; round++) {
    carrying.carried("a", 1);
    world.pass(900);
    assert.deepEqual(uses(), ["new", "not"]);
    carrying.carried("a", undefined);
    world.pass(100);
  }
  carrying.close();
});

test("of tracks that come by several links the first link counts, as long as one comes by it", () => {
  const { carrying, coming, uses } = stage();
  coming.add(1);
  carrying.carried("a", 1);
  carrying.carried("a", 2);
  assert.deepEqual(uses(), ["new", "not"]);
  coming.clear();
  carrying.carried("a", 2);
  assert.deepEqual(uses(), ["not", "new"]);
});
