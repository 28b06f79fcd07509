import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheBudget } from "@moq-relay/protocol/model";
import fc from "fast-check";
import { framesOf, type Reading, TestRelay } from "../core.fixture.ts";
import { HubCounters } from "./counters.ts";
import { Groups } from "./groups.ts";

const OPTIONS = { highMark: 1 << 20, maxFrame: 1 << 20, maxGroup: 1 << 20, maxFrames: 1_000, maxGroups: 50 };

function groups(capacity: number): { groups: Groups; budget: CacheBudget; counters: HubCounters } {
  const budget = new CacheBudget(capacity);
  const counters = new HubCounters();
  return { groups: new Groups({ ...OPTIONS, budget, counters }), budget, counters };
}

function place(sequence: number, createdAt = 0) {
  return { sequence, rank: sequence, frameStart: 0, createdAt };
}

test("no more groups are kept than the cap, however long they are worth having", () => {
  const relay = new TestRelay({ hub: { maxGroups: 10 } });
  const publisher = relay.publisher({ info: { maxAge: Number.MAX_SAFE_INTEGER } });
  const reading = relay.viewer().subscribe();
  for (let sequence = 0; sequence < 100; sequence++) publisher.whole(sequence, []);
  const [feed] = [...relay.hub.broadcasts].flatMap((broadcast) => [...broadcast.feeds]);
  assert.equal(feed?.groups.size, 10);
  assert.equal(reading.groups.filter(({ end }) => end === "fin").length, 100);
  assert.equal(relay.cache.bytes, relay.recount());
});

test("memory is short: the oldest groups of all tracks go, the latest of each stay", () => {
  const relay = new TestRelay({ capacity: 300_000 });
  const publisher = relay.publisher();
  const viewer = relay.viewer();
  const readings = ["a", "b"].map((track) => viewer.subscribe("cam", track));
  const big = Array.from({ length: 10 }, (_, i) => ({ timestamp: i, payload: "x".repeat(4_000) }));
  for (let sequence = 0; sequence < 20; sequence++) {
    for (const to of publisher.wanted) publisher.whole(sequence, big, { to });
    assert.ok(relay.cache.bytes <= 300_000 + 2 * 70_000, `${relay.cache.bytes}`);
    assert.equal(relay.cache.bytes, relay.recount());
  }
  assert.ok(relay.cache.evictions > 20);
  for (const reading of readings) assert.ok(reading.groups.every(({ end }) => end === "fin"));
  const late = relay.viewer().subscribe("cam", "a", { maxAge: 5_000 });
  assert.ok(late.groups.some(({ sequence }) => sequence === 19));
});

test("an evicted group is broken off with 0x35 for readers that have not received it", () => {
  const relay = new TestRelay({ capacity: 100_000, limits: { maxConnectionReceive: 16 << 10 } });
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  reading.viewer.peer.whenUni = (uni) => uni.stream.pause();
  const big = Array.from({ length: 10 }, (_, i) => ({ timestamp: i, payload: "x".repeat(4_000) }));
  for (let sequence = 0; sequence < 5; sequence++) publisher.whole(sequence, big);
  const resets = reading.viewer.peer.unis.map(({ reset }) => reset);
  assert.ok(resets.includes(0x35), `${resets}`);
  assert.equal(reading.stream.reset, undefined);
  assert.equal(relay.cache.bytes, relay.recount());
});

test("a group that loses its place while it is being received takes no more, and its track goes on", () => {
  const relay = new TestRelay({ capacity: 20_000 });
  const publisher = relay.publisher();
  const reading = relay.viewer("moq-lite-04").subscribe();
  const old = publisher.group(0, [{ timestamp: 0, payload: "x".repeat(8_000) }]);
  publisher.whole(1, [{ timestamp: 0, payload: "x".repeat(15_000) }]);
  assert.equal(reading.groups[0]?.end, 0x35);
  old.write(publisher.encoded(framesOf(0, 1)));
  relay.settle();
  assert.equal(old.stopped, 1);
  assert.equal(relay.cache.bytes, relay.recount());
  publisher.whole(2);
  assert.equal(reading.groups.at(-1)?.end, "fin");
});

test("a late group that finds no room is no group", () => {
  const { groups: all, budget } = groups(2_500);
  all.create("timed", place(5)).append(new Uint8Array(100), 0);
  all.create("timed", place(6)).append(new Uint8Array(100), 0);
  const late = all.create("timed", place(3));
  assert.deepEqual([late.open, all.sequences()], [false, [6]]);
  late.append(new Uint8Array(100), 0);
  assert.equal(budget.bytes, all.latest?.weight);
});

test("a group reaches an end when nothing is missing before it", () => {
  const { groups: all } = groups(1 << 30);
  assert.equal(all.reach(0), false);
  for (const sequence of [4, 6]) all.create("plain", place(sequence));
  assert.deepEqual([all.reach(7), all.reach(5)], [false, true]);
  all.create("plain", place(5));
  assert.deepEqual([all.reach(7), all.reach(8)], [true, false]);
});

type Step =
  | { readonly do: "create"; readonly sequence: number }
  | { readonly do: "append"; readonly which: number; readonly size: number }
  | { readonly do: "finish" | "abort"; readonly which: number }
  | { readonly do: "expire"; readonly after: number }
  | { readonly do: "clear" };

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ do: fc.constant("create" as const), sequence: fc.nat(30) }),
    fc.record({ do: fc.constant("append" as const), which: fc.nat(), size: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ do: fc.constantFrom("finish" as const, "abort" as const), which: fc.nat() }),
    fc.record({ do: fc.constant("expire" as const), after: fc.nat(500) }),
    fc.record({ do: fc.constant("clear" as const) }),
  ),
  { maxLength: 60 },
);

test("after whatever happened, the budget's counter is what all groups weigh together", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1_000, max: 40_000 }), (history, capacity) => {
      const { groups: all, budget } = groups(capacity);
      let now = 0;
      for (const step of history) {
        const present = [...all.values()];
        const pick = (which: number) => present[which % Math.max(1, present.length)];
        if (step.do === "create" && !all.get(step.sequence)) all.create("plain", place(step.sequence, now++));
        else if (step.do === "append") {
          const group = pick(step.which);
          // One frame of as many bytes, all zeros: each byte is a frame of none.
          if (group?.open && group.source.index.begun + step.size < 1_000) group.append(new Uint8Array(step.size), now);
        } else if (step.do === "finish") pick(step.which)?.finish();
        else if (step.do === "abort") pick(step.which)?.abort(1);
        else if (step.do === "expire") {
          now += step.after;
          all.expire(now, 100);
        } else if (step.do === "clear") all.clear(1);
        const weight = [...all.values()].reduce((sum, group) => sum + group.weight, 0);
        assert.equal(budget.bytes, weight);
        assert.ok(budget.bytes <= capacity || all.size === 1, "only the latest may pass the budget");
      }
      all.clear(1);
      assert.equal(budget.bytes, 0);
    }),
    { numRuns: 300 },
  );
});

test("readers that come, pause, fall behind and go, in any order: the counter is right and nothing stays", () => {
  const events = fc.array(
    fc.record({
      what: fc.constantFrom("join", "leave", "drop", "pause", "resume", "group", "chunk", "finish", "reset", "wait"),
      which: fc.nat(),
    }),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(events, (history) => {
      const limits = { highMark: 8_000, lowMark: 2_000, maxStreamQueue: 32_000, maxConnectionReceive: 16_000 };
      const relay = new TestRelay({ capacity: 100_000, limits, hub: { highMark: 8_000 } });
      const publisher = relay.publisher({ info: { maxAge: 1_000 } });
      const keeper = relay.viewer().subscribe();
      const readings: Reading[] = [];
      const open: { said: ReturnType<typeof publisher.group>; at: number }[] = [];
      let sequence = 0;
      for (const { what, which } of history) {
        const reading = readings[which % Math.max(1, readings.length)];
        const group = open[which % Math.max(1, open.length)];
        if (what === "join") readings.push(relay.viewer(which % 2 === 0 ? "moq-lite-06" : "moq-lite-04").subscribe());
        else if (what === "leave") reading?.leave();
        else if (what === "drop") reading?.viewer.peer.connection.close(0, "");
        else if (what === "pause" && reading) reading.viewer.peer.whenUni = (uni) => uni.stream.pause();
        else if (what === "resume") for (const uni of reading?.viewer.peer.unis ?? []) uni.stream.resume();
        else if (what === "group") open.push({ said: publisher.group(sequence++), at: 0 });
        else if (what === "chunk" && group) {
          const next = group.at + 1;
          group.said.write(publisher.encoded([{ timestamp: next, payload: "x".repeat(5_000) }], group.at));
          group.at = next;
        } else if (what === "finish" && group) open.splice(open.indexOf(group), 1)[0]?.said.finish();
        else if (what === "reset" && group) open.splice(open.indexOf(group), 1)[0]?.said.reset(1);
        else if (what === "wait") relay.pass(300);
        relay.settle();
        assert.equal(relay.cache.bytes, relay.recount());
      }
      assert.equal(keeper.stream.reset, undefined, "the reader that keeps up is never sent away");
      for (const { viewer } of [keeper, ...readings]) viewer.peer.connection.close(0, "");
      publisher.leave();
      relay.pass(1_000);
      assert.deepEqual([relay.cache.bytes, [...relay.hub.broadcasts].length, relay.core.sessions], [0, 0, 0]);
    }),
    { numRuns: 60 },
  );
});
