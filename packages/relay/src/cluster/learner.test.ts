import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenEvents, Session } from "@moq-relay/protocol/session";
import { RouteTable } from "../routing/index.ts";
import { ClusterCounters } from "./counters.ts";
import { Learner } from "./learner.ts";
import { TestClock } from "./test-clock.fixture.ts";

const OFFER = { hops: [7n, 90n], warm: 1, cold: 1, incarnation: 5 };

function learner() {
  const table = new RouteTable({ hop: 99n, maxRoutes: 20, maxListeners: 10 });
  /** Open requests by prefix. */
  const requests = new Map<string, ListenEvents>();
  const session = {
    id: 4,
    listen: (prefix: string, events: ListenEvents) => {
      assert.ok(!requests.has(prefix), `asked twice for "${prefix}"`);
      requests.set(prefix, events);
      return () => requests.delete(prefix);
    },
  } as unknown as Session;
  const counters = new ClusterCounters();
  const admits = (path: string) => path !== "forbidden";
  const subject = new Learner(session, { table, clock: new TestClock(), counters, scope: () => "member", admits });
  return { subject, table, requests, counters };
}

test("a route stays as long as one of several overlapping requests has it", () => {
  const { subject, table, requests } = learner();
  const broad = subject.listen("room");
  const narrow = subject.listen("room/cam");
  requests.get("room")!.onStart("cam", OFFER);
  requests.get("room/cam")!.onStart("", OFFER);
  assert.equal(table.routes("room/cam")[0]?.exact, true);
  broad();
  assert.equal(table.routes("room/cam")[0]?.exact, false, "nobody says any more that it was announced by this name");
  narrow();
  assert.equal(table.size, 0);
  assert.equal(requests.size, 0);
  assert.equal(subject.size, 0);
});

test("those who ask for the same share a request, and hear what was said before", () => {
  const { subject, requests } = learner();
  const heard: string[] = [];
  const one = subject.listen("room", (settled) => heard.push(`one ${settled}`));
  requests.get("room")!.onComplete(true);
  const two = subject.listen("room", (settled) => heard.push(`two ${settled}`));
  assert.deepEqual(heard, ["one true", "two true"]);
  one();
  one();
  assert.equal(requests.size, 1);
  two();
  assert.equal(requests.size, 0);
});

test("what comes after a request was withdrawn is not heard", () => {
  const { subject, table, requests } = learner();
  const stop = subject.listen("");
  const events = requests.get("")!;
  stop();
  events.onStart("cam", OFFER);
  events.onComplete(true);
  events.onClosed();
  assert.equal(table.size, 0);
});

test("who asks again while routes are being withdrawn has a new request", () => {
  const { subject, table, requests } = learner();
  const stop = subject.listen("");
  requests.get("")!.onStart("cam", OFFER);
  table.watch("cam", () => table.size === 0 && subject.listen(""));
  stop();
  assert.equal(requests.size, 1);
  requests.get("")!.onStart("cam", OFFER);
  assert.equal(table.size, 1);
});

test("a peer that ends its answer withdraws its routes", () => {
  const { subject, table, requests } = learner();
  subject.listen("");
  requests.get("")!.onStart("cam", OFFER);
  requests.get("")!.onClosed();
  assert.equal(table.size, 0);
});

test("a name that the peer may not announce is refused, also as a change of what it had", () => {
  const { subject, table, requests, counters } = learner();
  subject.listen("");
  requests.get("")!.onStart("forbidden", OFFER);
  requests.get("")!.onEnd("forbidden");
  requests.get("")!.onEnd("never told");
  assert.equal(table.size, 0);
  assert.equal(counters.namesRefused, 1);
});

test("routes beyond the room in the table are counted, and come in when there is room", () => {
  const { subject, table, requests, counters } = learner();
  subject.listen("");
  for (let i = 0; i < 12; i++) requests.get("")!.onStart(`cam${i}`, OFFER);
  assert.equal(table.size, 10);
  assert.equal(counters.routesRefused, 2);
  requests.get("")!.onEnd("cam10");
  requests.get("")!.onEnd("cam0");
  assert.ok(table.routes().some(({ path }) => path === "cam11"));
  assert.equal(table.waiting, 0);
  for (let i = 0; i < 12; i++) requests.get("")!.onEnd(`cam${i}`);
  assert.equal(table.size, 0);
});
