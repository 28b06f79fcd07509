import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "@moq-relay/protocol/session";
import { Backoff } from "./backoff.ts";
import { ClusterCounters } from "./counters.ts";
import type { TargetEvents } from "./options.ts";
import { Redial } from "./redial.ts";
import { seeded, TestClock } from "./test-clock.fixture.ts";
import { Troubles } from "./troubles.ts";

const LOG = { debug: () => {}, info: () => {}, warn: () => {} };

/** A redial whose dials are answered by hand; `random` is always `chance`. */
function redial(chance = 1) {
  const clock = new TestClock();
  const dials: { at: number; events: TargetEvents; cancelled: boolean }[] = [];
  const random = { next: () => chance, id: () => 1n };
  const subject = new Redial(
    { kind: "root", address: "root:1" },
    {
      clock,
      log: LOG,
      troubles: new Troubles(clock, LOG),
      counters: new ClusterCounters(),
      backoff: new Backoff(random, 250, 2, () => 1_000),
      steady: 10_000,
      dial: (_, events) => {
        const dial = { at: clock.now(), events, cancelled: false };
        dials.push(dial);
        return () => {
          dial.cancelled = true;
        };
      },
    },
  );
  return { subject, clock, dials, session: { connection: { info: { binding: "quic" } } } as Session };
}

test("waits double up to the bound, with full jitter", () => {
  const full = new Backoff({ next: () => 1, id: () => 1n }, 250, 2, () => 1_000);
  assert.deepEqual([full.next(), full.next(), full.next(), full.next()], [250, 500, 1_000, 1_000]);
  full.reset();
  assert.equal(full.next(), 250);
  const none = new Backoff({ next: () => 0, id: () => 1n }, 250, 2, () => 1_000);
  assert.deepEqual([none.next(), none.next()], [0, 0]);
});

test("a bound that grows with the cluster is asked for each time", () => {
  let bound = 1_000;
  const backoff = new Backoff({ next: () => 1, id: () => 1n }, 250, 2, () => bound);
  for (let i = 0; i < 4; i++) backoff.next();
  bound = 5_000;
  assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [1_000, 2_000, 4_000]);
});

test("a thousand nodes that lost a root at the same moment do not come back at the same moment", () => {
  const random = seeded(5);
  const seconds = new Map<number, number>();
  for (let i = 0; i < 1_000; i++) {
    const backoff = new Backoff(random, 250, 2, () => 10_000);
    let at = 0;
    for (let attempt = 0; attempt < 8; attempt++) {
      at += backoff.next();
      if (attempt > 4) seconds.set(Math.floor(at / 1_000), (seconds.get(Math.floor(at / 1_000)) ?? 0) + 1);
    }
  }
  assert.ok(Math.max(...seconds.values()) < 600, "of 3,000 attempts no second has a fifth");
});

test("the first dial goes at once, the next after a wait", () => {
  const { subject, clock, dials } = redial();
  subject.want();
  clock.advance(0);
  dials[0]!.events.onFailed({ kind: "other", wrong: "no", advice: "", detail: "no" });
  clock.advance(249);
  assert.equal(dials.length, 1);
  clock.advance(1);
  assert.deepEqual(
    dials.map(({ at }) => at),
    [0, 250],
  );
});

test("wanting twice dials once", () => {
  const { subject, clock, dials } = redial();
  subject.want();
  subject.want();
  clock.advance(0);
  subject.want();
  clock.advance(1_400);
  assert.equal(dials.length, 1);
});

test("who is not wanted any more is not dialled, and a dial under way is given up", () => {
  const { subject, clock, dials } = redial();
  subject.want();
  subject.rest();
  clock.advance(60_000);
  assert.equal(dials.length, 0);
  subject.want();
  clock.advance(60_000);
  subject.rest();
  assert.equal(dials[0]!.cancelled, true);
});

test("a session that ends soon does not make the next wait a short one; one that lasted does", () => {
  const { subject, clock, dials, session } = redial();
  const connectFor = (life: number): number => {
    subject.want();
    const before = clock.now();
    clock.advance(1_400);
    const dial = dials.at(-1)!;
    dial.events.onSession(session);
    clock.advance(life);
    subject.closed();
    return dial.at - before;
  };
  assert.deepEqual([0, 0, 0, 0].map(connectFor), [0, 250, 500, 1_000]);
  assert.deepEqual([20_000, 0].map(connectFor), [1_000, 250]);
});

test("a dial that meets silence has its time, and others set out beside it", () => {
  const { subject, clock, dials, session } = redial();
  subject.want();
  clock.advance(4_600);
  assert.deepEqual(
    dials.map(({ at, cancelled }) => [at, cancelled]),
    [
      [0, false],
      [1_500, true],
      [3_000, true],
      [4_500, false],
    ],
  );
  assert.equal(subject.isFailing, true);
  const failure = { kind: "other", wrong: "silence", advice: "", detail: "silence" } as const;
  dials[0]!.events.onFailed(failure);
  clock.advance(1_399);
  assert.equal(dials.length, 4, "the younger one goes on, so that nothing has to be waited for");
  dials[3]!.events.onSession(session);
  clock.advance(60_000);
  assert.deepEqual([dials.length, subject.session], [4, session]);
});

test("of two dials under way the first to lead somewhere counts, and the other is given up", () => {
  const { subject, clock, dials, session } = redial();
  subject.want();
  clock.advance(1_600);
  dials[0]!.events.onSession(session);
  assert.deepEqual(
    dials.map(({ cancelled }) => cancelled),
    [false, true],
  );
  clock.advance(60_000);
  assert.equal(dials.length, 2);
});

test("who is not wanted any more is not dialled beside either", () => {
  const { subject, clock, dials } = redial();
  subject.want();
  clock.advance(1_600);
  subject.rest();
  clock.advance(60_000);
  assert.deepEqual(
    dials.map(({ cancelled }) => cancelled),
    [true, true],
  );
});

test("an address that cannot be dialled at all is a failed dial, tried again after a wait", () => {
  const clock = new TestClock();
  const counters = new ClusterCounters();
  const backoff = new Backoff({ next: () => 1, id: () => 1n }, 250, 2, () => 1_000);
  const dial = (): never => {
    throw new Error("not a host");
  };
  const options = { clock, log: LOG, troubles: new Troubles(clock, LOG), counters, backoff, steady: 0, dial };
  const subject = new Redial({ kind: "node", address: "?" }, options);
  subject.want();
  clock.advance(250);
  assert.deepEqual([counters.dials, counters.dialsFailed], [2, 2]);
});
