import assert from "node:assert/strict";
import { test } from "node:test";
import { BIDI, encodeGoaway, encodeStreamType } from "@moq-relay/protocol/wire";
import { framesOf, named, type Publisher, TestRelay } from "../core.fixture.ts";

/** A relay that reads a publisher by the cheaper of two ways. */
function twoWays(): { relay: TestRelay; before: Publisher; after: Publisher; suspect: (silent: boolean) => void } {
  const relay = new TestRelay();
  const [before, after] = [1, 5].map((cost) =>
    relay.publisher({ hop: 10n + BigInt(cost), hops: [7n], cost, from: `way-${cost}.test` }),
  ) as [Publisher, Publisher];
  const [link = assert.fail()] = relay.core.table.candidates("cam").map((route) => route.link);
  const suspect = (silent: boolean): void => {
    relay.core.table.suspect(link, silent);
    relay.settle();
  };
  return { relay, before, after, suspect };
}

test("when the way in use falls silent, another goes on from the frame that was reached, in the same stream", () => {
  const { relay, before, after, suspect } = twoWays();
  const reading = relay.viewer().subscribe();
  before.whole(0);
  before.group(1, framesOf(1, 2));
  suspect(true);
  const { startGroup, startFrame } = after.current.said;
  assert.deepEqual([startGroup, startFrame], [1, 1], "the last whole frame comes again, to be compared");
  after.group(1, framesOf(1, 3, 1), { frameStart: 1 }).finish();
  after.whole(2);
  assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 4)} fin`, `2: ${named(2, 3)} fin`]);
  assert.deepEqual([before.live.length, relay.counters.mismatches], [0, 0]);
});

test("what still comes by a way that nobody tells any more goes on elsewhere when that falls silent", () => {
  const { relay, before, after, suspect } = twoWays();
  const reading = relay.viewer().subscribe();
  before.whole(0);
  before.group(1, framesOf(1, 2));
  before.unannounce("cam");
  assert.equal(after.current.said.startGroup, 2, "the next group is to come from there");
  suspect(true);
  assert.deepEqual([after.current.said.startGroup, after.current.said.startFrame], [1, 1]);
  after.group(1, framesOf(1, 3, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 4)} fin`]);
});

test("when nothing has come yet by a way that falls silent, the other one is asked once", () => {
  const { relay, before, after, suspect } = twoWays();
  relay.viewer().subscribe();
  suspect(true);
  assert.deepEqual([before.wanted.length, after.wanted.length], [1, 1]);
});

test("between two groups, the other way is asked for the next", () => {
  const { relay, before, after, suspect } = twoWays();
  const reading = relay.viewer().subscribe();
  before.whole(0);
  suspect(true);
  assert.deepEqual([after.current.said.startGroup, after.current.said.startFrame], [1, 0]);
  after.whole(1);
  assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`]);
});

test("a move to a way that falls silent is given up, one that waits for a group no longer does", () => {
  const { relay, before, after, suspect } = twoWays();
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 2));
  suspect(true);
  suspect(false);
  assert.equal(after.live.length, 0, "the way in use is heard again, and is the better one");
  before.group(1, framesOf(1, 1));
  assert.equal(reading.seen.at(-1), `1: ${named(1, 1)} open`);
  const third = relay.publisher({ hop: 13n, hops: [7n], cost: 0, from: "way-0.test" });
  assert.equal(third.current.said.startGroup, 2);
  suspect(true);
  assert.deepEqual([third.current.said.startGroup, third.current.said.startFrame], [0, 1]);
});

test("a silent way is better than none: its readers wait, and lose nothing when it is heard again", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ hop: 11n, hops: [7n], from: "way.test" });
  const reading = relay.viewer().subscribe();
  publisher.group(0, framesOf(0, 1));
  const [{ link } = assert.fail()] = relay.core.table.candidates("cam");
  relay.core.table.suspect(link, true);
  relay.settle();
  assert.equal(publisher.live.length, 1);
  publisher.whole(1);
  assert.equal(reading.seen.at(-1), `1: ${named(1, 3)} fin`);
});

test("with every way silent nothing moves to and fro", () => {
  const { relay, before, after, suspect } = twoWays();
  relay.viewer().subscribe();
  before.group(0, framesOf(0, 1));
  suspect(true);
  const { wanted } = after;
  const link = relay.core.table.candidates("cam")[0]?.link ?? assert.fail();
  relay.core.table.suspect(link, true);
  relay.settle();
  assert.deepEqual([before.live.length, wanted.length], [1, 1], "the one in use is the better of the two again");
});

test("when who serves it says that it will go, another takes over before it does", () => {
  const { relay, before, after } = twoWays();
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 2));
  before.peer.bidi(
    (writer) => encodeStreamType(writer, BIDI.goaway),
    (writer) => encodeGoaway(writer, { uri: "" }, before.peer.version),
  );
  relay.settle();
  after.group(0, framesOf(0, 2, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.deepEqual([reading.seen, before.live.length], [[`0: ${named(0, 3)} fin`], 0]);
  before.leave();
  after.whole(1);
  assert.equal(reading.seen[1], `1: ${named(1, 3)} fin`);
});

test("a way that says nothing for long is still asked for the rest of the group under way", () => {
  const { relay, before, after } = twoWays();
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 2));
  after.reprice(0, [7n], 0);
  assert.equal(after.current.said.startGroup, 1, "the next group is to come from there");
  before.leave();
  assert.deepEqual([after.current.said.startGroup, after.current.said.startFrame], [0, 1]);
  relay.pass(8_000);
  const asked = after.live.find(({ said }) => said.startGroup === 0) ?? assert.fail("nobody asks for the rest");
  after.group(0, framesOf(0, 2, 1), { frameStart: 1, to: asked }).finish();
  relay.settle();
  assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
});

test("who goes on from some group is not asked for those before it when another reader comes", () => {
  const { relay, before, after, suspect } = twoWays();
  relay.viewer().subscribe();
  for (let group = 0; group < 3; group++) before.whole(group);
  before.group(3, framesOf(3, 2));
  suspect(true);
  after.group(3, framesOf(3, 2, 1), { frameStart: 1 });
  relay.viewer().subscribe("cam", "video", { startGroup: 0, priority: 200 });
  const updates = after.updates();
  assert.ok(updates.length > 0);
  assert.deepEqual([...new Set(updates.map(({ startGroup }) => startGroup))], [3]);
});

test("where another way brings something else and the one in use is silent, readers hear at once that it was replaced", () => {
  const { relay, before, after, suspect } = twoWays();
  const reading = relay.viewer().subscribe();
  before.group(0, framesOf(0, 2));
  suspect(true);
  after.group(0, framesOf(7, 2, 1), { frameStart: 1 });
  relay.settle();
  assert.equal(reading.stream.reset, 0x34);
});
