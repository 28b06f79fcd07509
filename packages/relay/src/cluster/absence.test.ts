import assert from "node:assert/strict";
import { test } from "node:test";
import { Absence } from "./absence.ts";
import { TestClock } from "./test-clock.fixture.ts";

function absence() {
  const clock = new TestClock();
  const log: string[] = [];
  const times = { away: 2_000, awayAtStart: 5_000, grace: 10_000 };
  const subject = new Absence(clock, times, (away) => log.push(`${clock.now()} ${away ? "away" : "back"}`));
  return { clock, subject, log };
}

test("the roots are away when none was reached for a while, longer after the start", () => {
  const { clock, subject, log } = absence();
  subject.see(undefined);
  clock.advance(4_999);
  assert.equal(subject.away, false);
  clock.advance(10_001);
  subject.see(15_000);
  clock.advance(20_000);
  subject.see(undefined);
  clock.advance(5_000);
  assert.deepEqual(log, ["5000 away", "25000 back", "37000 away"]);
});

test("they are back when one has been settled for the grace", () => {
  const { clock, subject, log } = absence();
  subject.see(undefined);
  clock.advance(5_000);
  subject.see(8_000);
  clock.advance(1_000);
  subject.see(8_000);
  clock.advance(20_000);
  assert.deepEqual(log, ["5000 away", "18000 back"]);
});

test("a root that comes and goes changes nothing", () => {
  const { clock, subject, log } = absence();
  subject.see(0);
  for (let i = 0; i < 5; i++) {
    subject.see(undefined);
    clock.advance(1_999);
    subject.see(clock.now());
    clock.advance(50);
  }
  subject.see(undefined);
  clock.advance(2_000);
  for (let i = 0; i < 5; i++) {
    subject.see(clock.now());
    clock.advance(9_999);
    subject.see(undefined);
    clock.advance(50);
  }
  assert.equal(log.length, 1);
  assert.equal(subject.away, true);
});
