import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteOffer } from "@moq-relay/protocol/model";
import { World } from "@moq-relay/protocol/testing";
import { parsePublic } from "../config/pattern.ts";
import { ClientRoutes, type Standing } from "./client-routes.ts";
import { publicGrants } from "./grants.ts";

const OWN: RouteOffer = { hops: [7n], warm: 0, cold: 0 };
const STAMPED: RouteOffer = { hops: [8n, 0n], warm: 0, cold: 0 };
const PASSED_ON: RouteOffer = { hops: [7n, 9n], warm: 1, cold: 1 };

function client({
  max = 2,
  publish = "room",
  standing = "client" as Standing,
  burst = 200,
  identity = { hop: 7n, named: true },
} = {}) {
  const world = new World();
  const log: string[] = [];
  const room = { left: Number.POSITIVE_INFINITY };
  const grants = publicGrants("room", { subscribe: [], publish: [parsePublic(publish)] }) ?? assert.fail();
  const routes = new ClientRoutes(
    grants,
    {
      offer: (path, offer) => {
        log.push(`offer ${path} ${offer.hops.join(",")}${offer.warm > 1 ? ` at ${offer.warm}` : ""}`);
        return room.left-- > 0;
      },
      withdraw: (path) => log.push(`withdraw ${path}`),
      refused: (path, why) => log.push(`refused ${path} ${why}`),
      heldBack: (path) => log.push(`held back ${path}`),
    },
    {
      max,
      pace: { clock: world.clock, burst, perSecond: 10 },
      standing: () => standing,
      self: 99n,
      identity: () => identity,
    },
  );
  return { log, room, routes, world };
}

test("routes enter under the session's root, and leave there", () => {
  const { log, routes } = client();
  routes.onStart("cam", OWN);
  routes.onRestart("cam", { ...OWN, warm: 1 });
  routes.onEnd("cam");
  routes.onEnd("cam");
  routes.onEnd("never");
  assert.deepEqual(log, ["offer room/cam 7", "offer room/cam 7", "withdraw room/cam"]);
});

test("what may not be published never enters, and its end is no end", () => {
  const { log, routes } = client({ publish: "room/in" });
  routes.onStart("out", OWN);
  routes.onRestart("out", OWN);
  routes.onEnd("out");
  routes.onStart("in/cam", OWN);
  assert.deepEqual(log, ["refused room/out forbidden", "refused room/out forbidden", "offer room/in/cam 7"]);
});

test("all that a client announces is capped, whatever its chain says", () => {
  const { log, routes } = client();
  routes.onStart("a", PASSED_ON);
  routes.onStart("b", STAMPED);
  routes.onStart("c", PASSED_ON);
  routes.onStart("d", OWN);
  routes.onRestart("a", OWN);
  routes.onEnd("a");
  routes.onRestart("d", PASSED_ON);
  assert.deepEqual(log, [
    "offer room/a 7",
    "offer room/b 7",
    "refused room/c too many passed on",
    "refused room/d too many own",
    "offer room/a 7",
    "withdraw room/a",
    "offer room/d 7",
  ]);
});

test("a relay that we dialled has no cap here", () => {
  const { log, routes } = client({ standing: "relay" });
  for (const name of ["a", "b", "c", "d"]) routes.onStart(name, name < "c" ? OWN : PASSED_ON);
  assert.deepEqual(log.length, 4);
  assert.ok(log.every((line) => line.startsWith("offer")));
});

test("what was passed on and is its own now counts from now on", () => {
  const { log, routes } = client({ max: 1, standing: "said relay" });
  routes.onStart("a", PASSED_ON);
  routes.onStart("b", PASSED_ON);
  routes.onRestart("a", OWN);
  routes.onRestart("b", OWN);
  routes.onRestart("a", PASSED_ON);
  routes.onStart("c", OWN);
  assert.deepEqual(log.slice(2), [
    "offer room/a 7",
    "withdraw room/b",
    "refused room/b too many own",
    "offer room/a 7,9",
    "offer room/c 7",
  ]);
});

test("of one that says to be a relay its own broadcasts are capped, named or not; those of others are not own", () => {
  const { log, routes } = client({ standing: "said relay" });
  routes.onStart("a", OWN);
  routes.onStart("b", STAMPED);
  routes.onStart("c", OWN);
  routes.onStart("d", PASSED_ON);
  routes.onEnd("d");
  routes.onEnd("a");
  routes.onRestart("c", OWN);
  assert.deepEqual(log, [
    "offer room/a 7",
    "offer room/b 8,0",
    "refused room/c too many own",
    "offer room/d 7,9",
    "withdraw room/d",
    "withdraw room/a",
    "offer room/c 7",
  ]);
});

test("when the peer ends its answer all of its routes go, and it may begin again", () => {
  const { log, routes } = client();
  routes.onStart("a", OWN);
  routes.onStart("b", OWN);
  routes.onClosed();
  assert.deepEqual(log.slice(2), ["withdraw room/a", "withdraw room/b"]);
  routes.onStart("c", OWN);
  routes.onStart("d", OWN);
  assert.deepEqual(log.slice(4), ["offer room/c 7", "offer room/d 7"]);
});

test("what found no room is offered again when there is, unless it has ended", () => {
  const { log, room, routes } = client({ max: 9 });
  room.left = 1;
  for (const name of ["a", "b", "c", "d"]) routes.onStart(name, OWN);
  routes.onEnd("b");
  log.length = 0;
  room.left = 1;
  assert.equal(routes.retry(), true);
  assert.equal(routes.retry(), true, "d found none again");
  room.left = 1;
  assert.equal(routes.retry(), false);
  assert.equal(routes.retry(), false);
  assert.deepEqual(log, ["offer room/c 7", "offer room/d 7", "offer room/d 7"]);
});

test("changes beyond the rate wait their turn, and of each name the last state counts", () => {
  const { log, routes, world } = client({ burst: 3, max: 9 });
  routes.onStart("a", OWN);
  routes.onStart("b", OWN);
  routes.onEnd("b");
  for (let i = 0; i < 1_000; i++) {
    routes.onEnd("a");
    routes.onStart("a", i === 999 ? { ...OWN, warm: 5 } : OWN);
  }
  routes.onStart("c", OWN);
  assert.equal(log.filter((line) => line.startsWith("held back")).length, 2_001);
  const told = (): string[] => log.splice(0).filter((line) => !line.startsWith("held back"));
  assert.deepEqual(told(), ["offer room/a 7", "offer room/b 7", "withdraw room/b"]);
  world.pass(100);
  assert.deepEqual(told(), ["offer room/a 7 at 5"]);
  world.pass(100);
  assert.deepEqual(told(), ["offer room/c 7"]);
  world.pass(1_000);
  assert.deepEqual(told(), []);
});

test("names that come and go while they wait are forgotten, and the ends of others wait as well", () => {
  const { log, routes, world } = client({ burst: 2 });
  routes.onStart("a", OWN);
  routes.onStart("b", OWN);
  routes.onEnd("a");
  for (let i = 0; i < 1_000; i++) {
    routes.onStart(`c${i}`, OWN);
    routes.onEnd(`c${i}`);
  }
  world.pass(2_000);
  const told = log.filter((line) => !line.startsWith("held back"));
  assert.deepEqual(told, ["offer room/a 7", "offer room/b 7", "withdraw room/a"]);
});

test("relays change as fast as they like", () => {
  const { log, routes } = client({ standing: "said relay", burst: 2 });
  for (let i = 0; i < 10; i++) {
    routes.onStart("a", PASSED_ON);
    routes.onEnd("a");
  }
  assert.equal(log.length, 20);
});

test("nothing is done any more when the session is over", () => {
  const { log, routes, world } = client({ burst: 1 });
  routes.onStart("a", OWN);
  routes.onStart("b", OWN);
  routes.stop();
  world.pass(1_000);
  assert.deepEqual(log, ["offer room/a 7", "held back room/b"]);
});

test("what a client announces is its own, whatever its chain says; what has been here is declined", () => {
  const named = client({ max: 9 });
  named.routes.onStart("a", PASSED_ON);
  named.routes.onStart("b", { ...OWN, hops: [55n] });
  named.routes.onStart("c", { ...OWN, hops: [5n, 99n, 7n] });
  assert.deepEqual(named.log, ["offer room/a 7", "offer room/b 7", "offer room/c 5,99,7"]);
  const stamped = client({ max: 9, identity: { hop: 8n, named: false } });
  stamped.routes.onStart("a", PASSED_ON);
  stamped.routes.onStart("b", STAMPED);
  stamped.routes.onStart("c", { ...OWN, hops: [55n] });
  assert.deepEqual(stamped.log, ["offer room/a 8,0", "offer room/b 8,0", "offer room/c 55"]);
});
