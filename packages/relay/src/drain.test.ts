import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "@moq-relay/protocol/testing";
import { drain, type Leaving } from "./drain.ts";

class Session implements Leaving {
  readonly relay: boolean;
  readonly publishes: boolean;
  readonly #all: Set<Session>;
  readonly #obeys: boolean;
  warned = 0;
  closedAt: number | undefined;
  readonly #now: () => number;

  constructor(all: Set<Session>, now: () => number, { relay = false, publishes = false, obeys = false }) {
    this.relay = relay;
    this.publishes = publishes;
    this.#obeys = obeys;
    this.#all = all;
    this.#now = now;
    all.add(this);
  }

  warn(): void {
    this.warned += 1;
    if (this.#obeys) this.#all.delete(this);
  }

  close(): void {
    this.closedAt = this.#now();
    this.#all.delete(this);
  }
}

function draining(window: number, reading: () => number = () => 0) {
  const world = new World({ seed: 7 });
  const all = new Set<Session>();
  const add = (options: { relay?: boolean; publishes?: boolean; obeys?: boolean } = {}): Session =>
    new Session(all, () => world.clock.now(), options);
  let doneAt: number | undefined;
  const start = (): (() => void) => {
    const warn = (): void => {
      for (const session of [...all]) session.warn();
    };
    const options = { clock: world.clock, random: world.random, window, warn, sessions: () => all, reading };
    return drain(options, () => {
      doneAt = world.clock.now();
    });
  };
  return { world, add, start, done: () => doneAt };
}

test("with nobody there it is over at once", () => {
  const { start, done } = draining(10_000);
  start();
  assert.equal(done(), 0);
});

test("whoever obeys is not waited for, and not closed", () => {
  const { world, add, start, done } = draining(10_000);
  const sessions = [add({ obeys: true }), add({ obeys: true })];
  start();
  world.pass(1_000);
  assert.deepEqual(
    [done(), sessions.map(({ warned, closedAt }) => [warned, closedAt])],
    [
      0,
      [
        [1, undefined],
        [1, undefined],
      ],
    ],
  );
});

test("clients that stay are closed one after the other", () => {
  const { world, add, start, done } = draining(10_000);
  const clients = Array.from({ length: 400 }, () => add());
  start();
  world.pass(499);
  assert.ok(
    clients.every(({ closedAt }) => closedAt === undefined),
    "they have a moment to leave by themselves",
  );
  world.pass(10_000);
  const times = clients.map(({ closedAt }) => closedAt ?? assert.fail());
  const busiest = Math.max(
    ...[0, 500, 1_000, 1_500, 2_000].map((from) => times.filter((at) => at >= from && at < from + 500).length),
  );
  assert.ok(busiest < 150, `${busiest} in half a second`);
  assert.ok((done() ?? 0) < 2_600);
});

test("who publishes is closed after those who only watch", () => {
  const { world, add, start } = draining(10_000);
  const clients = Array.from({ length: 100 }, (_, index) => add({ publishes: index % 7 === 0 }));
  start();
  world.pass(2_000);
  const closed = (publishes: boolean): number[] =>
    clients.filter((client) => client.publishes === publishes).map(({ closedAt }) => closedAt ?? assert.fail());
  assert.ok(Math.max(...closed(false)) < Math.min(...closed(true)));
});

test("relays are waited for as long as something is read here, and not closed by this", () => {
  let reading = 3;
  const { world, add, start, done } = draining(10_000, () => reading);
  const relay = add({ relay: true });
  start();
  world.pass(2_000);
  assert.deepEqual([done(), relay.warned], [undefined, 1]);
  reading = 0;
  world.pass(100);
  assert.deepEqual([(done() ?? 0) <= 2_100, relay.closedAt], [true, undefined]);
});

test("the window bounds it all, whoever stays", () => {
  const { world, add, start, done } = draining(1_000, () => 1);
  const client = add();
  start();
  world.pass(5_000);
  assert.ok((done() ?? 0) <= 1_020 && (client.closedAt ?? 0) <= 1_000);
});

test("a window of nothing ends at once", () => {
  const { world, add, start, done } = draining(0, () => 1);
  add();
  start();
  world.pass(0);
  assert.equal(done(), 0);
});
