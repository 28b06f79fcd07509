import assert from "node:assert/strict";
import { test } from "node:test";
import type { Path, RouteOffer } from "@moq-relay/protocol/model";
import { Ledger } from "./ledger.fixture.ts";
import { LinkBatch } from "./link-batch.ts";
import { star } from "./simulation.fixture.ts";
import { seeded, TestClock } from "./test-clock.fixture.ts";

function offer(cost: number): RouteOffer {
  return { hops: [7n], warm: cost, cold: cost };
}

/** A ledger that also notes what was said, and when. */
class Noted extends Ledger {
  readonly said: string[] = [];
  readonly ended: Path[] = [];
  readonly #clock: TestClock;

  constructor(clock: TestClock) {
    super();
    this.#clock = clock;
  }

  override start(suffix: Path, offer: RouteOffer): void {
    this.said.push(`${this.#clock.now()} start ${suffix} ${offer.warm}`);
    super.start(suffix, offer);
  }

  override restart(suffix: Path, offer: RouteOffer): void {
    this.said.push(`${this.#clock.now()} restart ${suffix} ${offer.warm}`);
    super.restart(suffix, offer);
  }

  override end(suffix: Path): void {
    this.said.push(`${this.#clock.now()} end ${suffix}`);
    this.ended.push(suffix);
    super.end(suffix);
  }
}

function batch({ atOnce = 1, maxWaiting = 1_000 } = {}) {
  const clock = new TestClock();
  const subject = new LinkBatch(clock, { window: 50, atOnce, maxWaiting });
  const heard = new Noted(clock);
  const announcer = subject.before(heard);
  announcer.begin([]);
  return { clock, subject, heard, announcer };
}

test("the first change goes at once, those that follow go together, and after a calm the next goes at once", () => {
  const { clock, heard, announcer } = batch();
  announcer.start("a", offer(1));
  clock.advance(10);
  announcer.start("b", offer(1));
  clock.advance(10);
  announcer.end("a");
  clock.advance(40);
  announcer.start("c", offer(1));
  clock.advance(200);
  announcer.end("c");
  assert.deepEqual(heard.said, ["0 start a 1", "50 start b 1", "50 end a", "100 start c 1", "260 end c"]);
});

test("the first few of a window go at once, and as long as a rush lasts none does", () => {
  const { clock, heard, announcer } = batch({ atOnce: 2 });
  for (const name of ["a", "b", "c", "d"]) announcer.start(name, offer(1));
  assert.equal(heard.said.length, 2);
  clock.advance(50);
  assert.equal(heard.said.length, 4);
  announcer.start("e", offer(1));
  assert.equal(heard.said.length, 4);
  clock.advance(100);
  for (const name of ["f", "g", "h"]) announcer.start(name, offer(1));
  assert.deepEqual(heard.said.slice(4), ["100 start e 1", "150 start f 1", "150 start g 1"]);
});

test("the listener is not told of what came and went, nor of prices in between", () => {
  const { clock, heard, announcer } = batch();
  announcer.start("first", offer(1));
  announcer.start("short", offer(1));
  announcer.restart("short", offer(2));
  announcer.end("short");
  for (const cost of [2, 3, 4]) announcer.restart("first", offer(cost));
  announcer.start("late", offer(5));
  announcer.restart("late", offer(6));
  clock.advance(50);
  assert.deepEqual(heard.said.slice(1), ["50 restart first 4", "50 start late 6"]);
});

test("a name that ended and came back has ended in between, and one that ended again has ended once", () => {
  const { clock, heard, announcer } = batch();
  announcer.start("a", offer(1));
  announcer.start("b", offer(1));
  clock.advance(50);
  announcer.end("a");
  announcer.start("a", offer(2));
  announcer.end("b");
  announcer.start("b", offer(2));
  announcer.end("b");
  clock.advance(50);
  assert.deepEqual(heard.said.slice(2), ["100 end a", "100 start a 2", "100 end b"]);
});

test("what takes a name's place is told before that it ends", () => {
  const { clock, heard, announcer } = batch();
  announcer.start("room/cam", offer(1));
  announcer.restart("room/cam", offer(2));
  announcer.start("room", offer(1));
  announcer.end("room/cam");
  clock.advance(50);
  assert.deepEqual(heard.said.slice(1), ["50 start room 1", "50 end room/cam"]);
});

test("too many changes do not wait, and who has left is told nothing", () => {
  const { clock, heard, announcer } = batch({ maxWaiting: 3 });
  for (const name of ["a", "b", "c", "d", "e"]) announcer.start(name, offer(1));
  assert.equal(heard.said.length, 4);
  announcer.stop();
  clock.advance(500);
  assert.equal(heard.said.length, 4);
});

test("whatever happens, the listener knows in the end what it would have known without batches", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  const pick = (n: number): number => Math.floor(random.next() * n);
  for (let round = 0; round < 300; round++) {
    const clock = new TestClock();
    const subject = new LinkBatch(clock, { window: 50, atOnce: 1 + pick(4), maxWaiting: 1 + pick(30) });
    const pairs = Array.from({ length: 1 + pick(3) }, () => {
      const heard = new Noted(clock);
      return { heard, plain: new Noted(clock), announcer: subject.before(heard) };
    });
    for (const { announcer, plain } of pairs) for (const one of [announcer, plain]) one.begin([]);
    for (let step = 0; step < 60; step++) {
      const { announcer, plain } = pairs[pick(pairs.length)]!;
      const suffix = `n${pick(4)}`;
      const price = offer(pick(5));
      const live = plain.live.has(suffix);
      const kind = live ? (pick(2) === 0 ? "restart" : "end") : "start";
      // The ledger refuses what would be fatal on the wire.
      for (const one of [announcer, plain]) kind === "end" ? one.end(suffix) : one[kind](suffix, price);
      if (pick(3) === 0) clock.advance(pick(80));
    }
    clock.advance(100);
    for (const { heard, plain } of pairs) {
      assert.deepEqual(heard.live, plain.live, `SEED=${seed} round ${round}`);
      for (const suffix of heard.ended)
        assert.ok(plain.ended.includes(suffix), `SEED=${seed} round ${round}: ${suffix}`);
      assert.ok(heard.said.length <= plain.said.length);
    }
  }
});

test("between nodes a rush of announcements comes in a few batches, the first of them at once", () => {
  const sim = star(2);
  const { ledger } = sim.get("leaf2").listen("");
  sim.run(1_000);
  const arrivals: number[] = [];
  for (let millisecond = 0; millisecond < 400; millisecond++) {
    const before = ledger.live.size;
    if (millisecond < 200) sim.get("leaf1").publish(`cam${millisecond}`);
    sim.run(1);
    if (ledger.live.size > before) arrivals.push(millisecond);
  }
  assert.equal(ledger.live.size, 200);
  assert.ok(arrivals[0]! <= 3 * sim.latency, `first after ${arrivals[0]} ms`);
  assert.ok(arrivals.length <= 24, `in ${arrivals.length} pieces`);
});
