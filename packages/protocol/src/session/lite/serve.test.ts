import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeardBidi } from "../../testing/index.ts";
import {
  BIDI,
  encodeStreamType,
  encodeSubscribeUpdate,
  readSubscribeReply,
  type Subscribe,
  type SubscribeReply,
  VERSIONS,
  type VersionName,
} from "../../wire/index.ts";
import type { SubscribeRequest } from "../session.ts";
import { ALL_VERSIONS, RecordedSending, STAMP, Stage, type StageOptions } from "./session.fixture.ts";

const WITH_RANGE = ALL_VERSIONS.filter((version) => VERSIONS[version].subscribeRange);
const TRACK = { broadcast: "room/cam", track: "video" };
const INFO = { priority: 127, maxAge: 5_000, timescale: 1_000 };
const NOTHING_SPECIAL: SubscribeRequest = {
  ...TRACK,
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
  publisher: undefined,
};

/** A peer that subscribes at the session under test. */
class Subscribing {
  readonly stage: Stage;
  readonly stream: HeardBidi;

  constructor(version: VersionName, request: Partial<Subscribe> = {}, options: StageOptions = {}) {
    this.stage = new Stage(version, options);
    this.stream = this.stage.peer.subscribe({ id: 3, ...TRACK, ...request });
    this.stage.settle();
  }

  get asked() {
    return this.stage.handler.subscriptions[0] ?? assert.fail("the subscription was not heard");
  }

  get subscriber() {
    return this.asked.answer;
  }

  replies(): SubscribeReply[] {
    this.stage.settle();
    return this.stream.takeAll((framer) => readSubscribeReply(framer, this.stage.peer.version));
  }
}

test("a plain subscription asks for the latest group, in every version", () => {
  for (const version of ALL_VERSIONS) {
    const { asked, subscriber } = new Subscribing(version);
    const backlog = VERSIONS[version].startGroup === "floor" ? "fresh" : "latest";
    assert.deepEqual(asked.request, { ...NOTHING_SPECIAL, backlog }, version);
    assert.equal(subscriber.format, VERSIONS[version].frames);
    assert.equal(subscriber.peerHop, STAMP);
  }
});

test("a range reads as the version means it", () => {
  const range = { priority: 200, maxAge: 500, startGroup: 5, endGroup: 9 };
  for (const version of WITH_RANGE) {
    const { asked } = new Subscribing(version, range);
    const backlog = VERSIONS[version].startGroup === "floor" ? "fresh" : "all";
    assert.deepEqual(asked.request, { ...NOTHING_SPECIAL, ...range, backlog }, version);
  }
});

test("an explicit start at group 0 is a start on 03 to 05, and no floor on 06", () => {
  for (const version of WITH_RANGE) {
    const { asked } = new Subscribing(version, { startGroup: 0 });
    const { backlog, startGroup } = asked.request;
    assert.deepEqual([backlog, startGroup], [version === "moq-lite-06" ? "fresh" : "all", 0], version);
  }
});

test("moq-lite-06: frames bound the first and the last group", () => {
  const bounds = { startGroup: 5, startFrame: 3, endGroup: 9, endFrame: 2 };
  const { asked } = new Subscribing("moq-lite-06", bounds);
  assert.deepEqual(asked.request, { ...NOTHING_SPECIAL, ...bounds, backlog: "fresh" });
});

test("updates change the terms, any number of times", () => {
  for (const version of WITH_RANGE) {
    const subscribing = new Subscribing(version);
    const terms = { ordered: false, startGroup: 4, startFrame: 0, endFrame: undefined };
    for (const [priority, endGroup] of [
      [9, 12],
      [10, undefined],
    ] as const) {
      subscribing.stream.write((writer) =>
        encodeSubscribeUpdate(writer, { ...terms, priority, maxAge: 70, endGroup }, VERSIONS[version]),
      );
    }
    subscribing.stage.settle();
    assert.deepEqual(
      subscribing.asked.updates.map(({ priority, maxAge, startGroup, endGroup }) => [
        priority,
        maxAge,
        startGroup,
        endGroup,
      ]),
      [
        [9, 70, 4, 12],
        [10, 70, 4, undefined],
      ],
      version,
    );
  }
});

test("an update that cannot be read ends the subscription with 1, not the session", () => {
  for (const version of WITH_RANGE) {
    const subscribing = new Subscribing(version);
    subscribing.stream.write(Uint8Array.of(2, 9, 9));
    subscribing.stage.settle();
    assert.deepEqual([subscribing.stream.reset, subscribing.stream.stopped], [1, 0], version);
    assert.equal(subscribing.asked.cancelled, true);
    assert.equal(subscribing.stage.peer.closeCode(), undefined);
  }
});

test("before 03 there are no updates, and what follows the request is passed over", () => {
  for (const version of ["moq-lite-01", "moq-lite-02"] as const) {
    const subscribing = new Subscribing(version);
    subscribing.stream.write(new Uint8Array(200_000).fill(255));
    subscribing.stage.settle();
    assert.equal(subscribing.stream.reset, undefined, version);
    assert.equal(subscribing.asked.cancelled, false);
  }
});

test("what we reply has the form of the version", () => {
  const ok = (fields: object) => ({
    kind: "ok",
    ordered: false,
    startGroup: undefined,
    endGroup: undefined,
    ...fields,
  });
  const end = [
    { kind: "start", group: 42 },
    { kind: "drop", first: 43, last: 44, error: 5 },
    { kind: "end", group: 50 },
  ];
  const drop = { kind: "drop", first: 43, last: 44, error: 5 };
  const expected: Record<string, unknown[]> = {
    "moq-lite-01": [ok({ priority: 60, maxAge: 0 })],
    "moq-lite-02": [ok({ priority: 0, maxAge: 0 })],
    "moq-lite-03": [ok({ priority: 60, maxAge: 5_000 }), drop],
    "moq-lite-04": [ok({ priority: 60, maxAge: 5_000 }), drop],
    "moq-lite-05": end,
    "moq-lite-06": end,
  };
  for (const version of ALL_VERSIONS) {
    const subscribing = new Subscribing(version, { priority: 60 });
    assert.deepEqual(subscribing.replies(), [], `${version}: nothing before the track is known`);
    const { subscriber } = subscribing;
    subscriber.accepted(INFO);
    subscriber.started(42);
    subscriber.dropped(43, 44, 5);
    subscriber.ended(50);
    assert.deepEqual(subscribing.replies(), expected[version], version);
    assert.equal(subscribing.stream.fin, false);
    subscriber.finish();
    subscribing.stage.settle();
    assert.equal(subscribing.stream.fin, true);
  }
});

test("since 05 a subscription never ends without END: it is behind the last group, unless the relay said it", () => {
  for (const version of ALL_VERSIONS) {
    for (const [sent, expected] of [
      [[], 0],
      [[4, 7, 5], 8],
    ] as const) {
      const subscribing = new Subscribing(version);
      for (const sequence of sent) subscribing.subscriber.groupHeader(sequence, 0);
      subscribing.subscriber.finish();
      const end = VERSIONS[version].endRequired ? [{ kind: "end", group: expected }] : [];
      assert.deepEqual(subscribing.replies(), end, version);
    }
    const told = new Subscribing(version);
    told.subscriber.groupHeader(4, 0);
    told.subscriber.ended(9);
    told.subscriber.ended(10);
    told.subscriber.finish();
    assert.deepEqual(told.replies(), VERSIONS[version].endRequired ? [{ kind: "end", group: 9 }] : [], version);
  }
});

test("replies go before media, whatever the media's priority", () => {
  for (const version of ALL_VERSIONS) {
    const { stage, subscriber, stream } = new Subscribing(version);
    stage.world.network.way("relay.test:4443", "client").rate = 10;
    const media = stage.session.connection.openUni(1 << 30, new RecordedSending());
    media.write(new Uint8Array(100_000));
    subscriber.accepted(INFO);
    subscriber.started(42);
    stage.world.pass(5_000);
    assert.ok(stream.length > 0, version);
    assert.equal(stage.peer.unis.at(-1)?.fin, false);
  }
});

test("groups are addressed by the subscriber's id", () => {
  for (const version of ALL_VERSIONS) {
    const { subscriber } = new Subscribing(version);
    const header = [...subscriber.groupHeader(42, 0)];
    assert.deepEqual(header, version === "moq-lite-06" ? [0, 3, 3, 42, 0] : [0, 2, 3, 42], version);
  }
  const { subscriber } = new Subscribing("moq-lite-06");
  assert.deepEqual([...subscriber.groupHeader(42, 7)], [0, 3, 3, 42, 7]);
});

test("a subscriber that leaves is told so by a FIN, and the relay knows", () => {
  for (const version of ALL_VERSIONS) {
    const subscribing = new Subscribing(version);
    subscribing.stream.finish();
    subscribing.stage.settle();
    assert.equal(subscribing.asked.cancelled, true, version);
    assert.equal(subscribing.stream.fin, true);
    assert.deepEqual(subscribing.replies(), []);
    subscribing.subscriber.started(1);
    subscribing.subscriber.finish();
    subscribing.subscriber.fail(9);
    assert.deepEqual(subscribing.replies(), []);
  }
});

test("a subscriber that resets or stops its stream has left", () => {
  for (const version of ALL_VERSIONS) {
    const reset = new Subscribing(version);
    reset.stream.abandon(0);
    reset.stage.settle();
    assert.deepEqual([reset.asked.cancelled, reset.stream.reset], [true, 1], version);
    const stopped = new Subscribing(version);
    stopped.stream.stop(0);
    stopped.stage.settle();
    assert.deepEqual([stopped.asked.cancelled, stopped.stream.stopped], [true, 0], version);
  }
});

test("a refusal resets the answer with its code, and says nothing after", () => {
  for (const version of ALL_VERSIONS) {
    const subscribing = new Subscribing(version);
    subscribing.subscriber.fail(0x36);
    subscribing.subscriber.started(1);
    subscribing.subscriber.fail(9);
    subscribing.stage.settle();
    assert.deepEqual([subscribing.stream.reset, subscribing.stream.stopped], [0x36, 0], version);
    assert.equal(subscribing.asked.cancelled, false, "who refuses knows");
    assert.equal(subscribing.stage.session.requests.subscriptions.size, 0);
  }
});

test("an update and a FIN behind the end of the track are no surprise", () => {
  const subscribing = new Subscribing("moq-lite-06");
  subscribing.subscriber.finish();
  subscribing.stream.write((writer) =>
    encodeSubscribeUpdate(
      writer,
      {
        priority: 1,
        ordered: false,
        maxAge: 0,
        startGroup: 0,
        endGroup: undefined,
        startFrame: 0,
        endFrame: undefined,
      },
      VERSIONS["moq-lite-06"],
    ),
  );
  subscribing.stream.finish();
  subscribing.stage.settle();
  assert.deepEqual([subscribing.asked.updates.length, subscribing.asked.cancelled], [0, false]);
  assert.equal(subscribing.stage.peer.closeCode(), undefined);
});

test("an id that is in use is refused, and free again afterwards", () => {
  for (const version of ALL_VERSIONS) {
    const subscribing = new Subscribing(version);
    const { peer } = subscribing.stage;
    const twice = peer.subscribe({ id: 3, ...TRACK });
    subscribing.stage.settle();
    assert.equal(twice.reset, 1, version);
    assert.equal(subscribing.asked.cancelled, false);
    subscribing.stream.finish();
    subscribing.stage.settle();
    const later = peer.subscribe({ id: 3, ...TRACK });
    subscribing.stage.settle();
    assert.equal(later.reset, undefined, version);
  }
});

test("one subscription too many is refused", () => {
  const stage = new Stage("moq-lite-06", { limits: { maxSubscriptions: 3 } });
  const all = [0, 1, 2, 3].map((id) => stage.peer.subscribe({ id, ...TRACK }));
  stage.settle();
  assert.deepEqual(
    all.map(({ reset }) => reset),
    [undefined, undefined, undefined, 1],
  );
});

test("a subscription that cannot be read is refused with 1, others go on", () => {
  const bodies: [string, number[]][] = [
    ["nothing in it", [2, 0]],
    ["an end in mid-field", [2, 3, 0, 5, 0x61]],
    ["a name that is not UTF-8", [2, 4, 0, 1, 0xff, 0]],
    ["a byte too many", [2, 11, 0, 1, 0x61, 1, 0x62, 0, 0, 0, 0, 0, 0, 0]],
    ["a length above the cap", [2, 0x80, 1, 0, 1]],
    ["an end frame without an end group", [2, 11, 0, 1, 0x61, 1, 0x62, 0, 0, 0, 0, 0, 3]],
    ["a start above all numbers", [2, 18, 0, 1, 0x61, 1, 0x62, 0, 0, 0xff, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0]],
  ];
  for (const [what, bytes] of bodies) {
    const subscribing = new Subscribing("moq-lite-06");
    const bad = subscribing.stage.peer.bidi(Uint8Array.from(bytes));
    subscribing.stage.settle();
    assert.deepEqual([bad.reset, bad.stopped], [1, 0], what);
    assert.equal(subscribing.stage.peer.closeCode(), undefined);
    assert.equal(subscribing.asked.cancelled, false);
  }
});

test("a request that ends before it is whole is refused with 1", () => {
  for (const version of ALL_VERSIONS) {
    const stage = new Stage(version);
    const none = stage.peer.bidi().finish();
    const type = stage.peer.bidi((writer) => encodeStreamType(writer, BIDI.subscribe)).finish();
    const half = stage.peer.bidi(Uint8Array.of(BIDI.subscribe, 20, 0, 8)).finish();
    const broken = stage.peer.bidi(Uint8Array.of(BIDI.subscribe, 20, 0, 8));
    stage.settle();
    broken.abandon(0);
    stage.settle();
    assert.deepEqual([none.reset, type.reset, half.reset, broken.reset], [1, 1, 1, 1], version);
    assert.equal(stage.handler.subscriptions.length, 0);
    assert.equal(stage.session.requests.subscriptions.size, 0);
  }
});

test("a session that ends takes its subscriptions with it", () => {
  const subscribing = new Subscribing("moq-lite-06");
  subscribing.stage.world.network.cut("client", "relay.test:4443");
  subscribing.stage.settle();
  assert.equal(subscribing.asked.cancelled, true);
  assert.equal(subscribing.stage.handler.closed?.by, "lost");
  subscribing.subscriber.fail(1);
});
