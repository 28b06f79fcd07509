import assert from "node:assert/strict";
import { test } from "node:test";
import { type Frame, type HeardUni, RELAY } from "@moq-relay/protocol/testing";
import { type Reading, TestRelay, type TestRelayOptions } from "../core.fixture.ts";

const KIB = 1 << 10;
const LIMITS = {
  highMark: 32 * KIB,
  lowMark: 8 * KIB,
  maxStreamQueue: 128 * KIB,
  maxConnectionQueue: 512 * KIB,
  maxConnectionReceive: 64 * KIB,
};
const OPTIONS: TestRelayOptions = { limits: LIMITS, hub: { highMark: LIMITS.highMark } };

/** A frame of `size` bytes that tells its place. */
function frame(group: number, index: number, size: number): Frame {
  const name = `${group}/${index} `;
  return { timestamp: group * 1_000 + index, payload: name + ".".repeat(size - name.length) };
}

/** Pauses every group stream of a reader as it arrives. */
function pauses(reading: Reading): HeardUni[] {
  const paused: HeardUni[] = [];
  reading.viewer.peer.whenUni = (uni) => {
    uni.stream.pause();
    paused.push(uni);
  };
  return paused;
}

/** Bytes of all groups. */
function received({ viewer }: Reading): number {
  return viewer.peer.unis.reduce((sum, { length }) => sum + length, 0);
}

function names({ groups }: Reading): string[] {
  return groups.flatMap(({ frames }) => frames.map(({ payload }) => payload.split(" ")[0] ?? ""));
}

test("a reader under pressure goes on at its own pace, and loses nothing", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher();
  const [slow, fast] = relay.audience(2);
  const paused = pauses(slow ?? assert.fail());
  const group = publisher.group(0);
  for (let i = 0; i < 50; i++) {
    group.write(publisher.encoded([frame(0, i, 10 * KIB)], i === 0 ? 0 : i - 1));
    relay.settle();
    const queued = relay.core.peers.next().value?.session.connection.stats().bytesQueued ?? 0;
    assert.ok(queued <= LIMITS.highMark + 128 * KIB);
  }
  assert.equal(names(fast ?? assert.fail()).length, 50, "the other one has everything");
  assert.ok(names(slow ?? assert.fail()).length < 20);
  for (const uni of paused) uni.stream.resume();
  relay.settle();
  group.finish();
  relay.settle();
  assert.deepEqual(
    names(slow ?? assert.fail()),
    Array.from({ length: 50 }, (_, i) => `0/${i}`),
  );
  assert.equal(slow?.groups[0]?.end, "fin");
});

test("a burst larger than a stream may hold reaches every reader that takes it", () => {
  const relay = new TestRelay({ ...OPTIONS, hub: { ...OPTIONS.hub, maxGroup: 2 << 20 } });
  const publisher = relay.publisher();
  const readings = relay.audience(3);
  const group = publisher.group(0, [frame(0, 0, 1_000)]);
  // All of it is there before the transport can say that anything is queued.
  const [feed = assert.fail()] = [...relay.hub.broadcasts].flatMap(({ feeds }) => [...feeds]);
  const open = feed.groups.get(0) ?? assert.fail();
  for (let i = 1; i <= 100; i++) open.append(publisher.encoded([frame(0, i, 10 * KIB)], i - 1), 0);
  relay.settle();
  for (const reading of readings) {
    assert.deepEqual([names(reading).length, reading.groups[0]?.end], [101, "open"]);
  }
  group.reset(1);
});

test("what a reader that takes nothing makes the relay queue is bounded, and the others are not delayed", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher({ info: { maxAge: 1_000_000 } });
  const readings = relay.audience(5);
  const dead = readings[0] ?? assert.fail();
  pauses(dead);
  const sizes: number[] = [];
  for (let group = 0; group < 20; group++) {
    const said = publisher.group(group);
    for (let i = 0; i < 20; i++) {
      said.write(publisher.encoded([frame(group, i, 10 * KIB)], i === 0 ? 0 : group * 1_000 + i - 1));
      relay.settle();
      for (const fast of readings.slice(1)) assert.ok(received(fast) > (group * 20 + i + 1) * 10 * KIB);
    }
    said.finish();
    relay.settle();
    sizes.push(Math.max(...[...relay.core.peers].map(({ session }) => session.connection.stats().bytesQueued)));
  }
  assert.ok(Math.max(...sizes) <= LIMITS.maxConnectionQueue, `${sizes}`);
  assert.equal(dead.viewer.peer.closeCode(), undefined);
});

test("a stale group that a reader has not drained is reset with 0x34, the newer ones go on", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher({ info: { maxAge: 2_000 } });
  const [slow, fast] = relay.audience(2);
  const paused = pauses(slow ?? assert.fail());
  publisher.whole(
    0,
    Array.from({ length: 10 }, (_, i) => frame(0, i, 10 * KIB)),
  );
  relay.pass(1_000);
  publisher.whole(1, [frame(1, 0, 100)]);
  relay.pass(1_500);
  assert.equal(paused[0]?.reset, undefined, "its successor is 1.5 s old");
  relay.pass(1_000);
  assert.equal(paused[0]?.reset, 0x34);
  assert.equal(relay.counters.groupsExpired, 1);
  paused[1]?.stream.resume();
  relay.settle();
  assert.equal(slow?.groups.at(-1)?.end, "fin");
  assert.deepEqual(
    fast?.groups.map(({ end }) => end),
    ["fin", "fin"],
  );
  assert.equal(slow?.stream.reset, undefined);
});

test("a group that goes on although it is too old is given up, and the track goes on", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: { maxAge: 1_000 } });
  const reading = relay.viewer().subscribe();
  const long = publisher.group(0, [frame(0, 0, 10)]);
  publisher.whole(1, [frame(1, 0, 10)]);
  relay.pass(1_500);
  assert.equal(reading.groups[0]?.end, 0x34);
  long.write(publisher.encoded([frame(0, 1, 10)], 0));
  relay.settle();
  assert.equal(long.stopped, 1, "nobody wants the rest");
  publisher.whole(2, [frame(2, 0, 10)]);
  assert.deepEqual(
    reading.groups.map(({ end }) => end),
    [0x34, "fin", "fin"],
  );
  assert.equal(reading.stream.reset, undefined);
});

test("readers in both formats fall behind and catch up each for themselves", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher();
  const versions = ["moq-lite-06", "moq-lite-04", "moq-lite-05", "moq-lite-02"] as const;
  const readings = versions.map((version) => relay.viewer(version).subscribe());
  const paused = [pauses(readings[0]!), pauses(readings[1]!)].map((unis) => unis);
  const group = publisher.group(0);
  for (let i = 0; i < 30; i++) {
    group.write(publisher.encoded([frame(0, i, 10 * KIB)], i === 0 ? 0 : i - 1));
    relay.settle();
  }
  group.finish();
  relay.settle();
  for (const uni of paused.flat()) uni.stream.resume();
  relay.settle();
  for (const reading of readings) {
    assert.deepEqual(
      names(reading),
      Array.from({ length: 30 }, (_, i) => `0/${i}`),
    );
    assert.equal(reading.groups[0]?.end, "fin");
  }
});

test("a reader that stops one group gets the next", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.group(0, [frame(0, 0, 10)]);
  reading.groups[0]?.uni.stop(1);
  relay.settle();
  publisher.whole(1, [frame(1, 0, 10)]);
  assert.equal(reading.groups[1]?.end, "fin");
});

test("a reader that gives its stream up in the transport leaves no trace", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher();
  const [slow, fast] = relay.audience(2);
  pauses(slow ?? assert.fail());
  const group = publisher.group(0);
  // More than one stream may queue, in one piece: the transport gives the stream up with code 5.
  const big = publisher.encoded(Array.from({ length: 30 }, (_, i) => frame(0, i, 10 * KIB)));
  for (let at = 0; at < big.length; at += 60 * KIB) {
    group.write(big.subarray(at, at + 60 * KIB));
    relay.settle();
  }
  group.finish();
  relay.settle();
  assert.equal(names(fast ?? assert.fail()).length, 30);
  slow?.viewer.peer.connection.close(0, "");
  relay.settle();
  const [feed] = [...relay.hub.broadcasts].flatMap((broadcast) => [...broadcast.feeds]);
  assert.deepEqual([feed?.readers, feed?.undelivered], [1, 0]);
});

test("a slow link: newest groups go first, old ones are given up", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher({ info: { maxAge: 1_000 }, from: "publisher" });
  const reading = relay.viewer().subscribe();
  relay.world.network.way(RELAY, "client").rate = 20;
  // 20 bytes a millisecond; 40 are needed.
  for (let group = 0; group < 20; group++) {
    publisher.whole(
      group,
      Array.from({ length: 4 }, (_, i) => frame(group, i, 5 * KIB)),
    );
    relay.pass(500);
  }
  relay.pass(3_000);
  const ends = reading.groups.map(({ end }) => end);
  assert.ok(ends.includes(0x34), "some were given up");
  assert.equal(reading.groups.find(({ sequence }) => sequence === 19)?.end, "fin", "the newest arrived");
  assert.equal(reading.groups.length, 20);
  assert.ok(
    reading.groups.every(({ frames }) => frames.length > 0),
    "every group arrived as far as the link could carry it",
  );
  assert.equal(reading.stream.reset, undefined);
});

test("a rise in priority is told to the streams under way", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher({ from: "publisher" });
  const viewer = relay.viewer();
  const low = viewer.subscribe("cam", "low", { priority: 1 });
  const high = viewer.subscribe("cam", "high", { priority: 200 });
  relay.world.network.way(RELAY, "client").rate = 20;
  const [first, second] = publisher.wanted;
  publisher.whole(
    0,
    Array.from({ length: 3 }, (_, i) => frame(0, i, 8 * KIB)),
    { to: first ?? assert.fail() },
  );
  publisher.whole(
    0,
    Array.from({ length: 3 }, (_, i) => frame(0, i, 8 * KIB)),
    { to: second ?? assert.fail() },
  );
  low.update({ priority: 250 });
  relay.pass(1_500);
  assert.deepEqual([low.groups[0]?.end, high.groups[0]?.end], ["fin", "open"]);
  relay.pass(2_000);
  assert.equal(high.groups[0]?.end, "fin");
});

test("when somebody has to go it is the one who holds most, and nobody who holds little", () => {
  const relay = new TestRelay(OPTIONS);
  const publisher = relay.publisher();
  const [slow, fast] = relay.audience(2);
  pauses(slow ?? assert.fail());
  publisher.group(0, [frame(0, 0, 30 * KIB)]).write(publisher.encoded([frame(0, 1, 100 * KIB)]));
  relay.settle();
  assert.equal(relay.core.endSlowest(1 << 20, 1, "no room"), false);
  assert.equal(relay.core.endSlowest(16 * KIB, 1, "no room"), true);
  relay.settle();
  assert.deepEqual([slow?.viewer.peer.closeCode(), fast?.viewer.peer.closeCode()], [1, undefined]);
  assert.equal(relay.core.endSlowest(16 * KIB, 1, "no room"), false);
});
