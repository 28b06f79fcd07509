import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../../testing/index.ts";
import { Deadlines, type Waiting } from "./deadlines.ts";

/** Notes when somebody's time was over. */
class Clocked implements Waiting {
  readonly world: World;
  at: number | undefined;

  constructor(world: World) {
    this.world = world;
  }

  onTimeout(): void {
    this.at = this.world.clock.now();
  }
}

test("whoever waits for one message too long is told, once, and nobody else", () => {
  const world = new World();
  const deadlines = new Deadlines(world.clock, () => 1_000);
  const [first, second, third] = [new Clocked(world), new Clocked(world), new Clocked(world)];
  deadlines.watch(first, 0);
  world.pass(400);
  deadlines.watch(second, 0);
  deadlines.watch(third, 0);
  deadlines.watch(third, undefined);
  world.pass(5_000);
  assert.deepEqual([first.at, second.at, third.at, deadlines.size], [1_000, 1_400, undefined, 0]);
});

test("the same message goes on waiting, the next one begins anew", () => {
  const world = new World();
  const deadlines = new Deadlines(world.clock, () => 1_000);
  const waiting = new Clocked(world);
  for (const message of [0, 0, 0, 1]) {
    deadlines.watch(waiting, message);
    world.pass(300);
  }
  world.pass(5_000);
  assert.equal(waiting.at, 1_900);
});

test("one timer serves all, and none is left when nobody waits", () => {
  const world = new World();
  const deadlines = new Deadlines(world.clock, () => 1_000);
  for (let i = 0; i < 1_000; i++) {
    const waiting = new Clocked(world);
    deadlines.watch(waiting, 0);
    if (i % 2 === 0) deadlines.watch(waiting, undefined);
    world.pass(1);
    assert.ok(world.time.pending <= 1, `${world.time.pending} timers`);
  }
  world.pass(5_000);
  assert.deepEqual([world.time.pending, deadlines.size], [0, 0]);
});

test("after the end nobody is told", () => {
  const world = new World();
  const deadlines = new Deadlines(world.clock, () => 1_000);
  const [early, late] = [new Clocked(world), new Clocked(world)];
  deadlines.watch(early, 0);
  deadlines.stop();
  deadlines.watch(late, 0);
  world.pass(5_000);
  assert.deepEqual([early.at, late.at], [undefined, undefined]);
});

test("whoever is told may end everything", () => {
  const world = new World();
  const deadlines = new Deadlines(world.clock, () => 1_000);
  const other = new Clocked(world);
  deadlines.watch({ onTimeout: () => deadlines.stop() }, 0);
  deadlines.watch(other, 0);
  world.pass(5_000);
  assert.deepEqual([other.at, world.time.pending], [undefined, 0]);
});
