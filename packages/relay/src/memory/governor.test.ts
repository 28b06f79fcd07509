import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheBudget } from "@moq-relay/protocol/model";
import { World } from "@moq-relay/protocol/testing";
import { MemoryGovernor } from "./governor.ts";
import { levelOf, type MemoryLevel, type MemoryState, marksOf } from "./level.ts";

const MARKS = marksOf(0.1);

function level(used: number, before: MemoryLevel = "calm", own = true): MemoryLevel {
  return levelOf({ used, limit: 100, own }, MARKS, before);
}

test("with a tenth to stay free the cache gives way at 80 %, new sessions at 90 %, the slowest at 95 %", () => {
  assert.deepEqual(
    [79, 80, 89, 90, 94, 95, 100].map((used) => level(used)),
    ["calm", "shrink", "shrink", "refuse", "refuse", "shed", "shed"],
  );
});

test("a level is left a little below where it begins", () => {
  assert.deepEqual([level(94, "shed"), level(92, "shed"), level(89, "refuse")], ["shed", "refuse", "refuse"]);
  assert.deepEqual([level(79, "shrink"), level(77, "shrink")], ["shrink", "calm"]);
});

test("where others share the memory only the cache gives way", () => {
  assert.deepEqual([level(85, "calm", false), level(99, "calm", false)], ["shrink", "shrink"]);
});

/** A governor of a process whose memory is what the test says plus what the cache holds, once that was collected. */
class Process {
  readonly world = new World();
  readonly budget = new CacheBudget(500);
  readonly said: MemoryLevel[] = [];
  other = 0;
  /** Evicted and not yet collected. */
  garbage = 0;
  collections = 0;
  sessions = 0;
  readonly governor: MemoryGovernor;

  constructor() {
    this.governor = new MemoryGovernor({
      clock: this.world.clock,
      budget: this.budget,
      headroom: 0.1,
      every: 250,
      read: (): MemoryState => ({
        used: this.other + this.budget.bytes + this.garbage + this.sessions * 20,
        limit: 1_000,
        own: true,
      }),
      collect: () => {
        this.collections += 1;
        this.garbage = 0;
      },
      shed: () => this.sessions > 0 && this.sessions-- > 0,
      onLevel: (now) => this.said.push(now),
    });
  }

  cache(count: number): void {
    for (let i = 0; i < count; i++) {
      this.budget.charge(10);
      this.budget.enter({
        evict: () => {
          this.budget.charge(-10);
          this.garbage += 10;
        },
      });
    }
  }

  pass(milliseconds: number): void {
    this.world.pass(milliseconds);
  }
}

test("the cache gives as much as is needed and not more, though what it gave shows late", () => {
  const process = new Process();
  process.cache(50);
  process.other = 350;
  process.pass(250);
  assert.deepEqual([process.budget.bytes, process.governor.level], [450, "shrink"]);
  process.pass(1_000);
  assert.deepEqual([process.budget.bytes, process.collections, process.said], [450, 1, ["shrink"]]);
  process.other = 550;
  process.pass(2_000);
  assert.equal(process.budget.bytes, 250);
});

test("when memory is there again the cache grows back to its size, step by step", () => {
  const process = new Process();
  process.cache(50);
  process.other = 600;
  process.pass(250);
  assert.equal(process.budget.capacity, 200);
  process.other = 0;
  process.pass(500);
  assert.deepEqual(
    [process.governor.level, process.budget.capacity > 200, process.budget.capacity < 500],
    ["calm", true, true],
  );
  process.pass(10_000);
  assert.equal(process.budget.capacity, 500);
});

test("with nothing left to evict new sessions are refused, then the slowest go one after the other until there is room", () => {
  const process = new Process();
  process.sessions = 20;
  process.other = 510;
  process.pass(250);
  assert.deepEqual([process.governor.open, process.sessions], [false, 20]);
  process.other = 570;
  process.pass(5_000);
  assert.deepEqual([process.governor.level, process.sessions, process.governor.shed], ["refuse", 17, 3]);
  process.other = 100;
  process.pass(250);
  assert.ok(process.governor.open);
});

test("closed, it looks no more", () => {
  const process = new Process();
  process.governor.close();
  process.other = 999;
  process.pass(10_000);
  assert.deepEqual(process.said, []);
});
