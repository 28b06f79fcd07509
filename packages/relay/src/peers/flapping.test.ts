import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, type Publisher, TestRelay } from "../core.fixture.ts";
import { Listening } from "../core-listening.fixture.ts";

function toggle(relay: TestRelay, publisher: Publisher, times: number, pause = 150): void {
  for (let i = 0; i < times; i++) {
    publisher.unannounce("cam");
    relay.pass(pause);
    publisher.start("cam");
    relay.pass(pause);
  }
}

test("a broadcast that comes and goes is heard of a few times, and then only that it is there", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const listener = new Listening(relay, relay.peer());
  toggle(relay, publisher, 40);
  const told = listener.told();
  assert.ok(told.length < 12, told.join());
  relay.pass(1_000);
  assert.deepEqual(listener.told(), [], "it is there");
  assert.deepEqual(relay.core.flapping.damping.damped, 1);
});

test("its end is told once it has lasted for as long as a broadcast lingers", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const listener = new Listening(relay, relay.peer());
  toggle(relay, publisher, 10);
  listener.told();
  publisher.unannounce("cam");
  relay.pass(4_900);
  assert.deepEqual(listener.told(), []);
  relay.pass(200);
  assert.deepEqual(listener.told(), ["end cam"]);
  assert.equal(relay.core.table.size, 0);
});

test("who has just this way to a broadcast that comes and goes is served by it, and waits while it is away", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  toggle(relay, publisher, 10);
  const reading = relay.viewer().subscribe();
  publisher.group(0, framesOf(0, 1));
  assert.equal(reading.groups.length, 1);
  publisher.unannounce("cam");
  const { stream } = relay.viewer().subscribe();
  relay.pass(1_000);
  assert.equal(stream.reset, undefined);
  publisher.start("cam");
  relay.pass(100);
  assert.equal(stream.reset, undefined);
});

test("a client that comes anew each time is damped like one that stays", () => {
  const relay = new TestRelay();
  for (let i = 0; i < 6; i++) {
    const publisher = relay.publisher();
    relay.pass(500);
    publisher.leave();
    relay.pass(500);
  }
  assert.equal(relay.core.flapping.damping.damped, 1);
  assert.equal(relay.core.table.size, 1, "it may be back in a moment");
  relay.pass(6_000);
  assert.equal(relay.core.table.size, 0);
});

test("a broadcast that stays is no last resort any more", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  toggle(relay, publisher, 10);
  const [damped] = relay.core.table.routes();
  assert.ok(damped!.losses > 2 && damped!.offer.warm > 1_000_000);
  relay.pass(61_000);
  const [calm] = relay.core.table.routes();
  assert.deepEqual([calm?.losses, calm?.offer.warm], [0, 0]);
});

test("one that ended and began again once or twice is as good as any", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const listener = new Listening(relay, relay.peer());
  listener.told();
  toggle(relay, publisher, 2, 1_000);
  assert.deepEqual(listener.told(), ["end cam", "start cam", "end cam", "start cam"]);
  assert.equal(relay.core.table.routes()[0]?.losses, 0);
});

test("no more broadcasts that come and go are remembered than may be", () => {
  const relay = new TestRelay({ core: { maxFlaps: 2 } });
  for (const name of ["a", "b", "c", "d"]) relay.publisher({ names: [name] }).leave();
  assert.equal(relay.core.flapping.damping.size, 2);
});
