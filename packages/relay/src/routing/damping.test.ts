import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "@moq-relay/protocol/model";
import fc from "fast-check";
import { Damping } from "./damping.ts";
import { Penalty } from "./penalty.ts";

/** Loses it at these milliseconds. */
function lostAt(...times: number[]): Penalty {
  const penalty = new Penalty();
  for (const at of times) penalty.lost(at);
  return penalty;
}

/** A clock that is moved by hand, for one timer. */
class HandClock implements Clock {
  time = 0;
  #due: { at: number; run: () => void } | undefined;

  now(): number {
    return this.time;
  }

  wall(): number {
    return this.time;
  }

  after(delay: number, run: () => void): { cancel(): void } {
    this.#due = { at: this.time + delay, run };
    return {
      cancel: () => {
        this.#due = undefined;
      },
    };
  }

  get waits(): boolean {
    return this.#due !== undefined;
  }

  pass(duration: number): void {
    const until = this.time + duration;
    while (this.#due && this.#due.at <= until) {
      const { at, run } = this.#due;
      this.#due = undefined;
      this.time = at;
      run();
    }
    this.time = until;
  }
}

function build(max = 10) {
  const clock = new HandClock();
  const calm: string[] = [];
  const damping = new Damping({ clock, max, onCalm: (name) => calm.push(name) });
  const lose = (name: string, times: number): void => {
    for (let i = 0; i < times; i++) {
      clock.pass(300);
      damping.lost(name);
    }
  };
  return { clock, calm, damping, lose };
}

test("two losses are free, as when everything is restarted twice", () => {
  assert.equal(lostAt(0, 300).damped, false);
  assert.equal(lostAt(0, 60_000).damped, false);
});

test("a third loss soon after two is one too many", () => {
  assert.equal(lostAt(0, 1_000, 2_000).damped, true);
});

test("five seconds up and two down is damped from the fourth loss on, once a minute never is", () => {
  assert.deepEqual([lostAt(0, 7_000, 14_000).damped, lostAt(0, 7_000, 14_000, 21_000).damped], [false, true]);
  assert.equal(lostAt(...Array.from({ length: 100 }, (_, i) => i * 60_000)).damped, false);
});

test("losses within a quarter of a second are one", () => {
  assert.equal(lostAt(...Array.from({ length: 250 }, (_, i) => i)).damped, false);
});

test("what stays is calm within a minute, however often it went before", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 300 }), (pauses) => {
      let now = 0;
      const penalty = new Penalty();
      for (const pause of pauses) {
        now += pause;
        penalty.lost(now);
      }
      const before = penalty.damped;
      assert.equal(penalty.calms(now + 60_001), before);
      assert.equal(penalty.damped, false);
      assert.equal(penalty.losses(now + 60_001), 0);
    }),
  );
});

test("what is held against it is how often it went in the last minute", () => {
  const { clock, damping, lose } = build();
  lose("a", 5);
  assert.deepEqual([damping.against("a"), damping.against("b"), damping.damped], [5, 0, 1]);
  clock.pass(20_000);
  lose("a", 1);
  assert.equal(damping.against("a"), 6);
  assert.deepEqual(damping.counters, { losses: 6, damped: 1 });
});

test("it is told when one is calm, and then nothing is remembered and nothing runs", () => {
  const { clock, calm, damping, lose } = build();
  lose("a", 4);
  lose("b", 1);
  clock.pass(25_000);
  assert.deepEqual(calm, []);
  clock.pass(15_000);
  assert.deepEqual([calm, damping.damped, damping.against("a")], [["a"], 0, 0]);
  clock.pass(30_000);
  assert.deepEqual([damping.size, clock.waits], [0, false]);
});

test("no more names are remembered than may be: the one that went longest ago is forgotten, and calm", () => {
  const { calm, damping, lose } = build(3);
  lose("a", 4);
  for (const name of ["b", "c"]) lose(name, 1);
  lose("b", 1);
  assert.deepEqual([calm, damping.size], [[], 3]);
  lose("d", 1);
  assert.deepEqual([calm, damping.size, damping.damped], [["a"], 3, 0]);
  lose("e", 1);
  assert.equal(damping.size, 3);
});
