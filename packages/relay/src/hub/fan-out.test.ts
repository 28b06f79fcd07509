import assert from "node:assert/strict";
import { test } from "node:test";
import { MOQ_VERSIONS } from "../config/index.ts";
import { framesOf, named, TestRelay } from "../core.fixture.ts";

test("one subscription upstream serves any number of readers", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = relay.audience(100);
  assert.deepEqual([publisher.wanted.length, publisher.asked], [1, 1]);
  publisher.whole(0);
  for (const reading of readings) {
    assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
    assert.deepEqual(reading.replies(), ["start 0"]);
  }
});

test("another frame format is made once for each group, however many want it", () => {
  for (const [from, to] of [
    ["moq-lite-06", "moq-lite-04"],
    ["moq-lite-04", "moq-lite-06"],
  ] as const) {
    const weights = [1, 50].map((readers) => {
      const relay = new TestRelay();
      const publisher = relay.publisher({ version: from });
      relay.audience(1, from);
      relay.audience(readers, to);
      publisher.whole(0);
      relay.audience(readers, to);
      return relay.cache.bytes;
    });
    assert.equal(weights[0], weights[1]);
  }
});

test("a thousand readers at once are one question and one subscription upstream", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: false });
  const readings = relay.audience(10).concat(
    ...Array.from({ length: 10 }, () => {
      const viewer = relay.viewer();
      return Array.from({ length: 99 }, () => viewer.subscribe());
    }),
  );
  assert.deepEqual([readings.length, publisher.questions.length, publisher.wanted.length], [1_000, 1, 1]);
  publisher.peer.trackInfo(publisher.questions[0] ?? assert.fail());
  publisher.whole(0);
  assert.ok(readings.every(({ groups }) => groups[0]?.end === "fin"));
});

test("every version reads what every version publishes", () => {
  for (const from of MOQ_VERSIONS) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version: from });
    const readings = MOQ_VERSIONS.map((version) => relay.viewer(version).subscribe());
    publisher.whole(0);
    const late = MOQ_VERSIONS.map((version) => relay.viewer(version).subscribe());
    publisher.whole(1);
    for (const reading of readings) {
      assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], from);
    }
    for (const reading of late) {
      assert.deepEqual(reading.seen.toSorted(), [`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], from);
    }
  }
});

test("frames of a publisher without timestamps are dated by their arrival", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-04" });
  const reading = relay.viewer("moq-lite-06").subscribe();
  relay.pass(100.7);
  const group = publisher.group(0, framesOf(0, 2));
  relay.pass(50);
  group.write(Uint8Array.of(1, 0x61)).finish();
  relay.settle();
  assert.deepEqual(
    reading.groups[0]?.frames.map(({ timestamp }) => timestamp),
    [100, 100, 150],
  );
  const late = relay.viewer("moq-lite-06").subscribe();
  assert.deepEqual(late.groups[0]?.frames, reading.groups[0]?.frames, "whoever joins later sees the same dates");
});

test("timestamps reach those who can have them, unchanged", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer("moq-lite-05").subscribe();
  const frames = [
    { timestamp: 1_000, payload: "a" },
    { timestamp: 1_033, payload: "b" },
    { timestamp: 1_020, payload: "c" },
  ];
  publisher.whole(0, frames);
  assert.deepEqual(reading.groups[0]?.frames, frames);
});

test("a chunk in mid-frame reaches both formats as far as it goes", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const timed = relay.viewer("moq-lite-06").subscribe();
  const plain = relay.viewer("moq-lite-04").subscribe();
  const group = publisher.group(0);
  // Timestamp 0, ten bytes of payload, of which four come first; between them a header cut in two.
  for (const bytes of [[0, 10, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 0x42], [0x30, 3], [1, 2], [3]]) {
    group.write(Uint8Array.from(bytes));
    relay.settle();
  }
  const bytesOf = (reading: typeof timed) => [...(reading.groups[0]?.uni.bytes ?? [])];
  assert.deepEqual(bytesOf(timed).slice(5), [0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x42, 0x30, 3, 1, 2, 3]);
  assert.deepEqual(bytesOf(plain).slice(4), [10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3, 1, 2, 3]);
});

test("a subscription for what nobody has is refused with 0x36", () => {
  const relay = new TestRelay();
  relay.publisher();
  const reading = relay.viewer().subscribe("nothing");
  assert.deepEqual([reading.stream.reset, reading.stream.stopped], [0x36, 0]);
  assert.equal(relay.counters.subscriptionsRefused, 1);
});

test("the publisher's refusal reaches the reader", () => {
  for (const version of ["moq-lite-04", "moq-lite-06"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    const reading = relay.viewer().subscribe();
    publisher.current.stream.abandon(0x33);
    relay.settle();
    assert.equal(reading.stream.reset, 0x33, version);
  }
});

test("the asked-for terms are those of all readers together", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const first = relay.viewer().subscribe("cam", "video", { priority: 10, maxAge: 500, endGroup: 9 });
  assert.deepEqual(
    [publisher.current.said.priority, publisher.current.said.maxAge, publisher.current.said.endGroup],
    [10, 500, 9],
  );
  const second = relay.viewer().subscribe("cam", "video", { priority: 60, endGroup: 20 });
  assert.deepEqual(
    publisher.updates().map(({ priority, maxAge, endGroup }) => [priority, maxAge, endGroup]),
    [[60, 500, 20]],
  );
  relay.viewer().subscribe("cam", "video", { priority: 60 });
  assert.deepEqual(
    publisher.updates().map(({ endGroup }) => endGroup),
    [undefined],
  );
  second.leave();
  assert.deepEqual(publisher.updates(), [], "nothing changed");
  first.leave();
  assert.deepEqual(
    publisher.updates().map(({ priority, maxAge }) => [priority, maxAge]),
    [[60, 0]],
  );
});
