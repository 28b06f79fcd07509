import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeardBidi } from "@moq-relay/protocol/testing";
import { BIDI, encodeTrackRequest } from "@moq-relay/protocol/wire";
import { framesOf, named, type Publisher, TestRelay, type Viewer } from "../core.fixture.ts";
import { believing } from "../core-listening.fixture.ts";
import { SCOUT_PATIENCE } from "./scout.ts";

function ask({ peer }: Pick<Viewer, "peer">): HeardBidi {
  return peer.bidi(
    (writer) => writer.varint(BIDI.track),
    (writer) => encodeTrackRequest(writer, { broadcast: "cam", track: "video" }, peer.version),
  );
}

/** A relay where a viewer has asked what a track is, and the publisher has not answered yet. */
function asked(): { relay: TestRelay; publisher: Publisher; viewer: Viewer } {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: false });
  const viewer = relay.viewer();
  ask(viewer);
  relay.settle();
  return { relay, publisher, viewer };
}

test("whoever asks what a track is finds it subscribed, and its latest group here", () => {
  const { relay, publisher, viewer } = asked();
  assert.deepEqual([publisher.questions.length, publisher.wanted.length], [1, 1]);
  publisher.whole(4);
  assert.equal(viewer.peer.groups.length, 0, "it has not subscribed");
  publisher.peer.trackInfo(publisher.questions[0] ?? assert.fail());
  const reading = viewer.subscribe();
  assert.deepEqual([reading.replies(), reading.seen], [["start 4"], [`4: ${named(4, 3)} fin`]]);
  publisher.whole(5);
  assert.equal(reading.seen[1], `5: ${named(5, 3)} fin`);
  assert.deepEqual([publisher.wanted.length, publisher.updates().length], [1, 0], "nothing more had to be asked");
  relay.pass(SCOUT_PATIENCE);
  assert.equal(publisher.live.length, 1);
});

test("a relay that asks is subscribed when it says so itself", () => {
  const relay = new TestRelay({ membership: believing });
  const publisher = relay.publisher({ info: false });
  const said = relay.peer().unis[0]?.bytes ?? assert.fail();
  const node = relay.world.dial(["moq-lite-06"], { from: "node-2.test" });
  node.uni(said).finish();
  relay.settle();
  ask({ peer: node });
  relay.settle();
  assert.deepEqual([publisher.questions.length, publisher.wanted.length], [1, 0]);
});

test("what the reader wants otherwise is told upstream", () => {
  const { publisher, viewer } = asked();
  viewer.subscribe("cam", "video", { priority: 7 });
  assert.equal(publisher.wanted.length, 1);
  assert.deepEqual(
    publisher.updates().map(({ priority }) => priority),
    [7],
  );
});

test("a reader that wants more of the past than was asked for gets it by a new subscription", () => {
  const { relay, publisher, viewer } = asked();
  publisher.group(9, framesOf(9, 1));
  const reading = viewer.subscribe("cam", "video", { maxAge: 10_000 });
  assert.deepEqual([publisher.wanted.length, publisher.live.length], [2, 2], "the first stays until the next is heard");
  assert.equal(publisher.current.said.maxAge, 10_000);
  publisher.group(9, framesOf(9, 1), { to: publisher.wanted[0] ?? assert.fail() });
  assert.deepEqual([reading.seen, publisher.live.length], [[], 2], "of the first nothing is taken any more");
  publisher.whole(8);
  assert.deepEqual(publisher.live, [publisher.current]);
  publisher.whole(9);
  assert.deepEqual(reading.seen, [`8: ${named(8, 3)} fin`, `9: ${named(9, 3)} fin`]);
  relay.pass(SCOUT_PATIENCE);
  assert.equal(publisher.live.length, 1);
});

test("a question that no subscription follows costs a second of the track, and leaves nothing behind", () => {
  const { relay, publisher } = asked();
  publisher.whole(0);
  assert.equal([...relay.hub.broadcasts][0]?.readers, 0, "nobody reads");
  relay.pass(SCOUT_PATIENCE);
  assert.equal(publisher.live.length, 0);
  assert.deepEqual([relay.cache.bytes, relay.recount()], [0, 0]);
});

test("a refusal is told to whoever asked, and the next reader may ask again", () => {
  const { relay, publisher, viewer } = asked();
  const question = ask(viewer);
  relay.settle();
  publisher.current.stream.abandon(0x33);
  relay.settle();
  assert.equal(question.reset, 0x33);
  viewer.subscribe();
  assert.equal(publisher.wanted.length, 2);
});

test("a question that stands where nobody answers goes to a better way when one comes", () => {
  const relay = new TestRelay();
  const dear = relay.publisher({ hop: 11n, hops: [7n], cost: 5, from: "relay-11.test", info: false });
  const question = ask(relay.viewer());
  relay.settle();
  assert.deepEqual([dear.questions.length, question.length], [1, 0]);
  const cheap = relay.publisher({ hop: 12n, hops: [7n], cost: 1, from: "relay-12.test" });
  assert.equal(cheap.asked, 1);
  assert.ok(question.length > 0, "it is answered");
});

test("many questions are one subscription", () => {
  const { relay, publisher, viewer } = asked();
  for (let i = 0; i < 20; i++) ask(viewer);
  relay.settle();
  assert.deepEqual([publisher.questions.length, publisher.wanted.length], [1, 1]);
});

test("when the last reader's session ends, whoever comes back within a second goes on where it stood", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  const open = publisher.group(1, framesOf(1, 2));
  reading.viewer.peer.connection.close(0, "");
  relay.settle();
  open.write(publisher.encoded(framesOf(1, 1, 2), 1_100));
  relay.pass(500);
  const again = relay.viewer().subscribe("cam", "video", { startGroup: 1, startFrame: 1, maxAge: 10_000 });
  open.write(publisher.encoded(framesOf(1, 1, 3), 1_200)).finish();
  publisher.whole(2);
  assert.deepEqual(again.seen, [`1 from 1: ${named(1, 3, 1)} fin`, `2: ${named(2, 3)} fin`]);
  assert.deepEqual([publisher.wanted.length, publisher.live.length], [1, 1], "the publisher noticed nothing");
  again.leave();
  assert.equal(publisher.live.length, 0, "whoever leaves on purpose is not waited for");
});

test("when nobody comes back, the track is left after a second", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  reading.viewer.peer.connection.close(0, "");
  relay.settle();
  relay.pass(SCOUT_PATIENCE + 100);
  assert.deepEqual([publisher.live.length, relay.cache.bytes], [0, 0]);
});

/** A neighbour that has the track by a way through relay 50, and one that has it by another way, and costs more. */
function throughOne(other: boolean): { relay: TestRelay; through: Publisher; own: Publisher | undefined; one: Viewer } {
  const relay = new TestRelay();
  const through = relay.publisher({ hop: 11n, hops: [7n, 50n], cost: 1, info: false, from: "relay-11.test" });
  const dear = { hop: 12n, hops: [7n], cost: 5, info: false, from: "relay-12.test" } as const;
  const own = other ? relay.publisher(dear) : undefined;
  return { relay, through, own, one: relay.viewer("moq-lite-06", { hop: 50n }) };
}

test("who asks what a track is does not wait for an answer that has to come by himself", () => {
  const { relay, through, own = assert.fail(), one } = throughOne(true);
  const early = ask(relay.viewer());
  relay.settle();
  assert.deepEqual([through.questions.length, own.questions.length], [1, 0]);
  const question = ask(one);
  relay.settle();
  assert.deepEqual([through.questions[0]?.reset, own.questions.length], [1, 1], "it is asked by the other way");
  own.peer.trackInfo(own.questions[0] ?? assert.fail());
  relay.settle();
  assert.ok(early.bytes.length > 0 && question.bytes.length > 0);
});

test("where the only way leads through who asks, he is refused and others wait on", () => {
  const { relay, through, one } = throughOne(false);
  const early = ask(relay.viewer());
  relay.settle();
  const question = ask(one);
  relay.settle();
  assert.deepEqual([question.reset, early.reset, through.questions[0]?.reset], [0x36, undefined, undefined]);
});

test("when the other way refuses, who has it by himself is refused, and others get it by him", () => {
  const { relay, through, own = assert.fail(), one } = throughOne(true);
  const question = ask(one);
  const late = ask(relay.viewer());
  relay.settle();
  assert.deepEqual([through.questions.length, own.questions.length], [0, 1]);
  own.questions[0]?.abandon(0x36);
  relay.settle();
  assert.deepEqual([question.reset, late.reset, through.questions.length], [0x36, undefined, 1]);
  through.peer.trackInfo(through.questions[0] ?? assert.fail());
  relay.settle();
  assert.ok(late.bytes.length > 0);
});

test("a question for which no route is left is refused after a while", () => {
  const { relay, publisher, viewer } = asked();
  const question = ask(viewer);
  publisher.unannounce("cam");
  relay.pass(4_000);
  assert.equal(question.reset, undefined, "it may come back");
  relay.pass(2_000);
  assert.deepEqual([question.reset, publisher.questions[0]?.reset], [0x36, 1]);
});
