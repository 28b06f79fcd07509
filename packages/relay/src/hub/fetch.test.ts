import assert from "node:assert/strict";
import { test } from "node:test";
import { MOQ_VERSIONS } from "../config/index.ts";
import { framesOf, named, TestRelay } from "../core.fixture.ts";

const NO_CAPACITY = 0x30;
const NOT_FOUND = 0x33;
const OLD = 0x34;
const EVICTED = 0x35;
const UNROUTABLE = 0x36;

/** What fetches hold: memory, fetches upstream under way, and groups that were fetched. */
function held(relay: TestRelay): number[] {
  const groups = [...relay.hub.broadcasts].reduce((sum, { fetches }) => sum + fetches.size, 0);
  return [relay.cache.bytes, relay.hub.fetching, groups];
}

test("a group that is here is answered from here, whoever published it", () => {
  for (const from of MOQ_VERSIONS) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version: from });
    relay.viewer().subscribe();
    for (const sequence of [0, 1, 2]) publisher.whole(sequence);
    for (const version of ["moq-lite-05", "moq-lite-06"] as const) {
      assert.equal(relay.viewer(version).fetch(1).seen, `${named(1, 3)} fin`, from);
    }
    assert.deepEqual([publisher.fetched.length, publisher.wanted.length, relay.counters.fetches], [0, 1, 2]);
  }
});

test("a group that a subscription brings is joined, and stays until the answer is whole", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  const group = publisher.group(4, framesOf(4, 2));
  const fetched = relay.viewer("moq-lite-05").fetch(4);
  assert.equal(fetched.seen, `${named(4, 2)} open`);
  reading.leave();
  assert.equal(publisher.live.length, 1, "somebody still needs it");
  group.write(publisher.encoded(framesOf(4, 1, 2), 4_100)).finish();
  relay.settle();
  assert.equal(fetched.seen, `${named(4, 3)} fin`);
  assert.deepEqual([publisher.fetched.length, publisher.live.length, ...held(relay)], [0, 0, 0, 0, 0]);
});

test("a group that a subscription brought in part only is fetched", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.group(4, framesOf(4, 1, 2), { frameStart: 2 });
  assert.equal(relay.viewer().fetch(4, { startFrame: 2 }).seen, `${named(4, 1, 2)} open`);
  assert.equal(publisher.fetched.length, 0);
  const whole = relay.viewer().fetch(4);
  publisher.answer(framesOf(4, 4));
  assert.equal(whole.seen, `${named(4, 4)} fin`);
});

test("any number of fetches of one group are one fetch upstream, and later ones none", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const early = Array.from({ length: 50 }, () => relay.viewer().fetch(7));
  assert.equal(publisher.fetched.length, 1);
  assert.deepEqual([publisher.fetching.said.group, publisher.fetching.said.startFrame], [7, 0]);
  publisher.answer(framesOf(7, 2), false);
  const late = (["moq-lite-06", "moq-lite-05"] as const).map((version) => relay.viewer(version).fetch(7));
  publisher.fetching.stream.write(publisher.encoded(framesOf(7, 1, 2), 7_100)).finish();
  relay.settle();
  const after = relay.viewer().fetch(7);
  for (const { seen, frames } of [...early, ...late, after]) {
    assert.equal(seen, `${named(7, 3)} fin`);
    assert.deepEqual(frames, framesOf(7, 3));
  }
  assert.deepEqual([publisher.fetched.length, publisher.wanted.length, relay.counters.upstreamFetches], [1, 0, 1]);
  assert.deepEqual([relay.cache.bytes, relay.hub.fetching], [relay.recount(), 0]);
  relay.pass(31_000);
  assert.deepEqual(held(relay), [0, 0, 0], "nobody needs it any more");
  relay.viewer().fetch(7);
  assert.equal(publisher.fetched.length, 2);
});

test("each gets the frames that it wants", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const viewer = relay.viewer();
  const part = viewer.fetch(3, { startFrame: 1, endFrame: 2 });
  const tail = viewer.fetch(3, { startFrame: 3 });
  const beyond = viewer.fetch(3, { startFrame: 9 });
  publisher.answer(framesOf(3, 3), false);
  assert.deepEqual([part.seen, tail.seen, beyond.seen], [`${named(3, 2, 1)} fin`, "open", "open"]);
  publisher.fetching.stream.write(publisher.encoded(framesOf(3, 2, 3), 3_200)).finish();
  relay.settle();
  assert.deepEqual([tail.seen, beyond.seen], [`${named(3, 2, 3)} fin`, "fin"]);
  assert.deepEqual(tail.frames, framesOf(3, 2, 3), "the first timestamp is absolute");
  assert.deepEqual(
    [viewer.fetch(3, { startFrame: 5 }).seen, viewer.fetch(3, { startFrame: 4 }).seen],
    ["fin", "g3f4 fin"],
  );
});

test("an empty group is an empty answer", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const fetched = relay.viewer().fetch(3);
  publisher.answer([]);
  assert.equal(fetched.seen, "fin");
});

test("what nobody has, or nobody can be asked for, is refused with the code for it", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  assert.equal(relay.viewer().fetch(0, { broadcast: "nothing" }).seen, `${UNROUTABLE}`);
  const refused = relay.viewer().fetch(0);
  publisher.refuse(NOT_FOUND);
  assert.equal(refused.seen, `${NOT_FOUND}`);
  relay.publisher({ version: "moq-lite-04", names: ["old"] });
  assert.equal(relay.viewer().fetch(0, { broadcast: "old" }).seen, `${NOT_FOUND}`);
  assert.deepEqual([relay.counters.fetchesRefused, relay.counters.fetches, ...held(relay)], [3, 0, 0, 0, 0]);
});

test("when all who wait have left, the fetch upstream is given up and nothing stays", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  for (const begun of [false, true]) {
    const fetches = [relay.viewer().fetch(5), relay.viewer().fetch(5)];
    if (begun) publisher.answer(framesOf(5, 1), false);
    fetches[0]?.leave();
    assert.deepEqual([relay.hub.fetching, publisher.fetching.stream.reset], [1, undefined]);
    fetches[1]?.viewer.peer.connection.close(0, "");
    relay.settle();
    assert.deepEqual([publisher.fetching.stream.reset, publisher.fetching.stream.stopped], [1, 1]);
    assert.deepEqual(held(relay), [0, 0, 0]);
  }
});

test("a request that is finished before the answer begins is withdrawn", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const fetched = relay.viewer().fetch(5);
  fetched.stream.finish();
  relay.settle();
  assert.deepEqual([fetched.stream.reset, publisher.fetching.stream.reset, ...held(relay)], [1, 1, 0, 0, 0]);
});

test("what is broken off upstream is broken off for all, with its code, and may be asked for again", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const fetches = [relay.viewer().fetch(5), relay.viewer().fetch(5, { startFrame: 4 })];
  publisher.answer(framesOf(5, 1), false);
  publisher.refuse(2);
  assert.deepEqual(
    fetches.map(({ seen }) => seen.split(" ").at(-1)),
    ["2", "2"],
  );
  assert.deepEqual(held(relay), [0, 0, 0]);
  const again = relay.viewer().fetch(5);
  publisher.answer(framesOf(5, 2));
  assert.equal(again.seen, `${named(5, 2)} fin`);
});

test("frames that make no sense end the fetch, and nothing else", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const [cut, huge] = [relay.viewer().fetch(1), relay.viewer().fetch(2)];
  const [first, second] = publisher.fetched;
  first?.stream.write(Uint8Array.of(0, 10, 1, 2)).finish();
  second?.stream.write(Uint8Array.of(0, 0xbf, 0xff, 0xff, 0xff));
  relay.settle();
  assert.deepEqual([cut.stream.reset, huge.stream.reset], [0x12, 0x38]);
  assert.deepEqual([publisher.peer.closeCode(), ...held(relay)], [undefined, 0, 0, 0]);
});

test("with too many fetches of one group, or upstream, further ones are refused", () => {
  const relay = new TestRelay({ hub: { maxFetchWaiters: 2, maxFetches: 2 } });
  const publisher = relay.publisher();
  const same = [1, 1, 1].map((group) => relay.viewer().fetch(group));
  assert.deepEqual(
    same.map(({ seen }) => seen),
    ["open", "open", `${NO_CAPACITY}`],
  );
  assert.deepEqual([relay.viewer().fetch(2).seen, relay.viewer().fetch(3).seen], ["open", `${NO_CAPACITY}`]);
  publisher.answer(framesOf(2, 1));
  assert.equal(relay.viewer().fetch(3).seen, "open", "a place is free again");
});

test("while memory is short a fetched group goes, and who waits for the rest is told", () => {
  const relay = new TestRelay({ capacity: 40_000 });
  const publisher = relay.publisher();
  const large = (group: number) => [{ timestamp: 0, payload: `${group}`.repeat(15_000) }];
  const whole = relay.viewer().fetch(1);
  publisher.answer(large(1));
  assert.equal(whole.stream.fin, true);
  const others = [2, 3].map((group) => {
    const fetched = relay.viewer().fetch(group);
    publisher.answer(large(group), false);
    return fetched;
  });
  assert.deepEqual(held(relay).slice(1), [2, 2], "the one that nobody needed is gone");
  publisher.answer(large(3), false);
  assert.deepEqual(
    others.map(({ stream }) => stream.reset),
    [EVICTED, undefined],
  );
  assert.equal(relay.cache.bytes, relay.recount());
});

test("another publisher's broadcast takes nothing of the one before", () => {
  const relay = new TestRelay();
  const first = relay.publisher({ hop: 7n, from: "first" });
  const before = relay.viewer().fetch(1);
  first.answer(framesOf(1, 1));
  const under = relay.viewer().fetch(2);
  relay.pass(10);
  const second = relay.publisher({ hop: 8n, from: "second" });
  assert.deepEqual([before.seen, under.seen], ["g1f0 fin", `${OLD}`]);
  assert.deepEqual(held(relay), [0, 0, 0]);
  relay.viewer().fetch(1);
  assert.deepEqual([first.fetched.length, second.fetched.length], [2, 1]);
});

test("a peer that says nothing for too long is not waited for", () => {
  const relay = new TestRelay({ hub: { fetchPatience: 3_000 } });
  const publisher = relay.publisher();
  const silent = relay.viewer().fetch(1);
  relay.pass(3_500);
  assert.deepEqual([silent.seen, publisher.fetching.stream.reset, ...held(relay)], ["2", 1, 0, 0, 0]);
});
