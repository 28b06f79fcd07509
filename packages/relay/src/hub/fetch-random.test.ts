import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Fetched, framesOf, named, type Publisher, type Reading, TestRelay } from "../core.fixture.ts";

// Runs with a new seed each time; a failure prints it, with the path to the smallest case.

const FRAMES = 6;
const GROUPS = 3;

/** One thing that happens; numbers choose among what there is. */
interface Step {
  readonly what: (typeof STEPS)[number];
  readonly which: number;
  readonly value: number;
}

const STEPS = [
  ...["fetch", "fetch", "fetch", "leave", "answer", "answer", "answer", "refuse"],
  ...["subscribe", "unsubscribe", "live", "cut", "join", "shrink", "wait"],
] as const;

const steps = fc.array(fc.record<Step>({ what: fc.constantFrom(...STEPS), which: fc.nat(30), value: fc.nat(30) }), {
  minLength: 5,
  maxLength: 60,
});

/** Fetches of one broadcast that comes by two routes, in any order of events. */
class Play {
  readonly relay: TestRelay = new TestRelay({ capacity: 200_000, hub: { fetchPatience: 2_000, keepIdle: 3_000 } });
  readonly fetches: { readonly fetched: Fetched; readonly group: number; readonly first: number }[] = [];
  readonly readings: Reading[] = [];
  /** Frames that each fetch of the relay was answered with so far. */
  readonly #answered = new Map<object, number>();
  #routes: Publisher[] = [];
  #hops = 10n;

  constructor() {
    this.#join(0);
  }

  step({ what, which, value }: Step): void {
    const route = this.#routes[which % Math.max(1, this.#routes.length)];
    if (what === "fetch") this.#fetch(which, value);
    else if (what === "leave") this.#leave(which);
    else if (what === "answer" && route) this.#answer(route, which, value);
    else if (what === "refuse" && route) this.#open(route)[value % 3]?.stream.abandon(0x33);
    else if (what === "subscribe") this.readings.push(this.relay.viewer().subscribe());
    else if (what === "unsubscribe") this.readings.pop()?.leave();
    else if (what === "live" && route) this.#live(route, value);
    else if (what === "cut" && route) this.#cut(route);
    else if (what === "join" && this.#routes.length < 2) this.#join(value);
    else if (what === "shrink") this.relay.cache.resize(value * 1_000);
    else if (what === "wait") this.relay.pass(value * 50);
    this.relay.settle();
  }

  /** What came is right, and in its place: the wanted frames, from the first on. */
  check(): void {
    for (const { fetched, group, first } of this.fetches) {
      const { fin, reset } = fetched.stream;
      const { length } = fetched.frames;
      assert.deepEqual(fetched.frames, framesOf(group, length, first));
      if (fin && reset === undefined) assert.equal(length, Math.max(0, FRAMES - first), "ended before its end");
    }
    const { hub, cache } = this.relay;
    // A track that is over may still hold groups for the moment.
    assert.ok(cache.bytes >= this.relay.recount());
    assert.ok(hub.fetching >= 0 && hub.fetching <= GROUPS);
  }

  /** All that wait get an end, and nothing stays. */
  end(): void {
    for (let i = 0; i < 4; i++) this.relay.pass(3_000);
    for (const { fetched } of this.fetches) {
      const { fin, reset } = fetched.stream;
      const asked = this.#routes.some((route) => this.#open(route).length > 0);
      if (!asked && this.readings.length === 0) assert.ok(fin || reset !== undefined, "left without an answer");
      fetched.viewer.peer.connection.close(0, "");
    }
    for (const reading of this.readings) reading.viewer.peer.connection.close(0, "");
    this.relay.settle();
    for (const route of this.#routes) assert.equal(this.#open(route).length, 0, "a fetch that nobody needs");
    this.relay.pass(10_000);
    assert.deepEqual(
      [this.relay.cache.bytes, this.relay.hub.fetching, [...this.relay.hub.broadcasts].length],
      [0, 0, 0],
    );
  }

  #fetch(which: number, value: number): void {
    const group = which % GROUPS;
    const first = value % 4 === 0 ? value % (FRAMES + 2) : 0;
    this.fetches.push({ fetched: this.relay.viewer().fetch(group, { startFrame: first }), group, first });
  }

  #leave(which: number): void {
    const [gone] = this.fetches.splice(which % Math.max(1, this.fetches.length), 1);
    gone?.fetched.leave();
  }

  #open(route: Publisher) {
    return route.fetched.filter(({ stream }) => stream.reset === undefined && !stream.fin && !stream.said.delivered);
  }

  /** Some more frames of one of its answers, which may be the last. */
  #answer(route: Publisher, which: number, value: number): void {
    const open = this.#open(route);
    const wanted = open[which % Math.max(1, open.length)];
    if (!wanted) return;
    const { group, startFrame } = wanted.said;
    const from = this.#answered.get(wanted) ?? startFrame;
    const count = Math.min(value % 4, FRAMES - from);
    if (count > 0) {
      const after = from === startFrame ? 0 : (framesOf(group, 1, from - 1)[0]?.timestamp ?? 0);
      wanted.stream.write(route.encoded(framesOf(group, count, from), after));
    }
    this.#answered.set(wanted, from + count);
    if (from + count === FRAMES) wanted.stream.finish();
  }

  #live(route: Publisher, value: number): void {
    const to = route.live.at(-1);
    if (to) route.whole(value % GROUPS, framesOf(value % GROUPS, FRAMES), { to });
  }

  #cut(route: Publisher): void {
    this.#routes = this.#routes.filter((one) => one !== route);
    route.leave();
  }

  #join(cost: number): void {
    this.#hops += 1n;
    const from = `relay-${this.#hops}.test`;
    this.#routes.push(this.relay.publisher({ hop: this.#hops, hops: [7n], cost, from }));
  }
}

test("whatever happens in whichever order, a fetch gets the right frames or a refusal, and nothing stays", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const play = new Play();
      for (const step of history) {
        play.step(step);
        play.check();
      }
      play.end();
    }),
    { numRuns: 150 },
  );
});

test("the play itself plays: some fetches are answered whole", () => {
  const play = new Play();
  play.step({ what: "fetch", which: 1, value: 1 });
  for (const value of [3, 3]) play.step({ what: "answer", which: 0, value });
  assert.equal(play.fetches[0]?.fetched.seen, `${named(1, FRAMES)} fin`);
});
