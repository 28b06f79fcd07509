import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "@moq-relay/protocol/testing";
import { framesOf, named, TestRelay } from "../core.fixture.ts";
import { FetchBudget } from "./fetch-budget.ts";
import { fetchGroup } from "./group-fetch.ts";

const MAX_QUEUE = 4 << 20;

function fetchFrom(
  relay: TestRelay,
  group: number | "latest",
  signal: AbortSignal = new AbortController().signal,
  { broadcast = "cam", budget = new FetchBudget(64 << 20) } = {},
) {
  return fetchGroup({ hub: relay.hub, budget, maxQueue: MAX_QUEUE }, { broadcast, track: "video", group }, signal);
}

/** The payloads of an answer; "not found" as it is. */
async function payloads(answer: Awaited<ReturnType<typeof fetchGroup>>): Promise<string> {
  if (answer === "not found") return answer;
  const found: string[] = [];
  for await (const payload of answer) found.push(new TextDecoder().decode(payload));
  return found.join("");
}

/** The payloads of the first frames of a group. */
function payloadsOf(sequence: number, count: number): string {
  return named(sequence, count).replaceAll(" ", "");
}

function readers(relay: TestRelay): number {
  return [...relay.hub.broadcasts].reduce((sum, broadcast) => sum + broadcast.readers, 0);
}

test("a group that is here is answered at once, and nobody stays behind", async () => {
  for (const version of ["moq-lite-06", "moq-lite-02"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    relay.viewer().subscribe();
    for (let sequence = 0; sequence < 4; sequence++) publisher.whole(sequence);
    assert.equal(await payloads(await fetchFrom(relay, 2)), payloadsOf(2, 3), version);
    assert.equal(await payloads(await fetchFrom(relay, "latest")), payloadsOf(3, 3));
    assert.equal(readers(relay), 1);
    assert.equal(publisher.wanted.length, 1);
  }
});

test("a group under way ends with it", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const group = publisher.group(0, framesOf(0, 2));
  const answer = payloads(await fetchFrom(relay, "latest"));
  group.write(publisher.encoded(framesOf(0, 1, 2), 100)).finish();
  relay.settle();
  assert.equal(await answer, payloadsOf(0, 3));
  assert.equal(readers(relay), 1);
});

test("a track that nobody reads is subscribed to for the fetch only", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const answer = fetchFrom(relay, "latest");
  relay.settle();
  publisher.whole(5);
  assert.equal(await payloads(await answer), payloadsOf(5, 3));
  relay.settle();
  assert.deepEqual([publisher.live, readers(relay)], [[], 0]);
  assert.equal(relay.cache.bytes, 0);
});

test("a group by number is fetched upstream, once for all who ask", async () => {
  for (const version of ["moq-lite-05", "moq-lite-06"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    relay.viewer().subscribe();
    for (const sequence of [8, 9]) publisher.whole(sequence);
    const answers = [fetchFrom(relay, 7), fetchFrom(relay, 7)];
    const viewer = relay.viewer().fetch(7);
    assert.deepEqual([publisher.fetched.length, publisher.fetching.said.group], [1, 7]);
    publisher.answer(framesOf(7, 3));
    for (const answer of answers) assert.equal(await payloads(await answer), payloadsOf(7, 3), version);
    assert.equal(await payloads(await fetchFrom(relay, 7)), payloadsOf(7, 3), "kept for the next");
    assert.deepEqual([viewer.seen, publisher.fetched.length, publisher.wanted.length], [`${named(7, 3)} fin`, 1, 1]);
    assert.equal(readers(relay), 1);
  }
});

test("who cannot be asked for a group has it in answer to a subscription", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-04" });
  const answer = fetchFrom(relay, 7);
  relay.settle();
  assert.deepEqual([publisher.current.said.startGroup, publisher.current.said.endGroup], [7, 7]);
  publisher.whole(7);
  assert.equal(await payloads(await answer), payloadsOf(7, 3));
  relay.settle();
  assert.deepEqual([publisher.live.length, readers(relay), relay.cache.bytes], [0, 0, 0]);
});

test("whoever gives up leaves the subscription too that followed the fetch", async () => {
  const relay = new TestRelay();
  relay.publisher({ version: "moq-lite-04", hop: 7n, from: "cam.test" });
  relay.world.network.cut("cam.test", "relay.test:4443");
  relay.settle();
  const waiting = new AbortController();
  const answer = fetchFrom(relay, 7, waiting.signal);
  relay.pass(1_000);
  const publisher = relay.publisher({ version: "moq-lite-04", hop: 7n, from: "cam.test" });
  assert.equal(publisher.live.length, 1);
  waiting.abort();
  relay.settle();
  assert.deepEqual([await answer, publisher.live.length, readers(relay)], ["not found", 0, 0]);
});

test("what is too old, in a hole, or of nobody is not found", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-04" });
  relay.viewer().subscribe();
  for (const sequence of [3, 5]) publisher.whole(sequence);
  assert.equal(await fetchFrom(relay, 2), "not found");
  assert.equal(await fetchFrom(relay, 4), "not found");
  assert.equal(await fetchFrom(relay, "latest", undefined, { broadcast: "nobody" }), "not found");
  assert.equal(readers(relay), 1);
});

test("a publisher that refuses, or ends before, has not got it", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const old = fetchFrom(relay, 2);
  relay.settle();
  publisher.refuse(0x33);
  assert.equal(await old, "not found");
  const none = fetchFrom(relay, "latest");
  relay.settle();
  publisher.end(0);
  assert.equal(await none, "not found");
  const refused = fetchFrom(relay, "latest");
  relay.settle();
  publisher.current.stream.abandon(0x33);
  relay.settle();
  assert.equal(await refused, "not found");
  assert.equal(readers(relay), 0);
});

test("fetches from a group that never ends leave nothing in it", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  publisher.group(0, framesOf(0, 2));
  for (let i = 0; i < 20; i++) {
    const answer = await fetchFrom(relay, "latest");
    assert.ok(answer !== "not found");
    for await (const _ of answer) break;
  }
  const [feed] = [...relay.hub.broadcasts].flatMap((broadcast) => [...broadcast.feeds]);
  const { latest } = feed?.groups ?? assert.fail();
  assert.deepEqual([latest?.undelivered, latest?.lanes], [1, 1]);
});

test("a group that is broken off is an error, not an end", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const group = publisher.group(0, framesOf(0, 2));
  const answer = payloads(await fetchFrom(relay, 0));
  group.reset(1);
  relay.settle();
  await assert.rejects(answer, /broken off/);
  assert.equal(readers(relay), 1);
});

test("whoever gives up waiting leaves, before the group and in it", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const waiting = new AbortController();
  const never = fetchFrom(relay, 9, waiting.signal);
  relay.settle();
  assert.equal(publisher.fetching.stream.reset, undefined);
  waiting.abort();
  relay.settle();
  assert.deepEqual([await never, publisher.fetching.stream.reset, relay.hub.fetching], ["not found", 1, 0]);
  const midway = new AbortController();
  const fetched = fetchFrom(relay, 9, midway.signal);
  relay.settle();
  publisher.answer(framesOf(9, 1), false);
  const pieces = payloads(await fetched);
  midway.abort();
  relay.settle();
  await assert.rejects(pieces, /broken off/);
  assert.deepEqual([publisher.fetching.stream.reset, relay.cache.bytes], [1, 0]);
  const reading = new AbortController();
  const begun = fetchFrom(relay, "latest", reading.signal);
  relay.settle();
  publisher.group(0, framesOf(0, 1));
  const answer = payloads(await begun);
  reading.abort();
  relay.settle();
  await assert.rejects(answer, /broken off/);
  assert.deepEqual([publisher.live.length, readers(relay)], [0, 0]);
});

test("whoever has given up before is not served", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  assert.equal(await fetchFrom(relay, "latest", AbortSignal.abort()), "not found");
  relay.settle();
  assert.deepEqual([publisher.live.length, readers(relay)], [0, 0]);
});

test("whoever stops reading leaves", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const begun = fetchFrom(relay, "latest");
  relay.settle();
  publisher.group(0, framesOf(0, 2));
  const answer = await begun;
  assert.ok(answer !== "not found");
  for await (const payload of answer) {
    assert.equal(new TextDecoder().decode(payload), payloadsOf(0, 2));
    break;
  }
  relay.settle();
  assert.deepEqual([publisher.live.length, readers(relay)], [0, 0]);
});

test("the publisher is replaced in mid-fetch: an error", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-02", from: "first" });
  const begun = fetchFrom(relay, "latest");
  relay.settle();
  publisher.group(0, framesOf(0, 1));
  const answer = payloads(await begun);
  relay.pass(10);
  relay.publisher({ version: "moq-lite-02", from: "second" });
  await assert.rejects(answer, /broken off/);
  assert.equal(readers(relay), 0);
});

const FRAME = 100_000;
const LETTER = 65;

/** Frames of a hundred thousand bytes each, all the same letter, another one in each frame. */
function largeFrames(first: number, count: number): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: (first + i) * 20,
    payload: String.fromCharCode(LETTER + first + i).repeat(FRAME),
  }));
}

/** Lets the relay hear what its streams told later. */
async function told(relay: TestRelay): Promise<void> {
  await new Promise(setImmediate);
  relay.settle();
}

/** Reads to the end, and checks that every byte is there once. */
async function readLarge(answer: Awaited<ReturnType<typeof fetchGroup>>, frames: number): Promise<void> {
  assert.ok(answer !== "not found");
  let at = 0;
  for await (const piece of answer) {
    for (const byte of piece) {
      if (byte !== LETTER + Math.floor(at / FRAME)) assert.fail(`byte ${at}`);
      at += 1;
    }
  }
  assert.equal(at, frames * FRAME);
}

test("of a long group only little waits for a client that does not read, and it gets all of it in the end", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const budget = new FetchBudget(64 << 20);
  const group = publisher.group(0, largeFrames(0, 1));
  const fromLive = await fetchFrom(relay, "latest", undefined, { budget });
  for (let i = 1; i < 35; i++) {
    group.write(publisher.encoded(largeFrames(i, 1), (i - 1) * 20));
    relay.settle();
    await told(relay);
  }
  assert.ok(budget.bytes > FRAME && budget.bytes < 1.5 * (1 << 20), `live: ${budget.bytes}`);
  group.finish();
  relay.settle();
  const fromCache = await fetchFrom(relay, 0, undefined, { budget });
  assert.ok(budget.bytes < 3 * (1 << 20), `both: ${budget.bytes}`);
  await Promise.all([readLarge(fromLive, 35), readLarge(fromCache, 35)]);
  assert.deepEqual([budget.bytes, readers(relay)], [0, 1]);
});

test("all fetches together hold no more than their share, and go on when others are read", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const budget = new FetchBudget(400_000);
  publisher.whole(0, largeFrames(0, 20));
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetchFrom(relay, 0, undefined, { budget })));
  const most = 400_000 + 5 * (128 << 10);
  assert.ok(budget.bytes < most, `${budget.bytes}`);
  await Promise.all(answers.map((answer) => readLarge(answer, 20)));
  assert.deepEqual([budget.bytes, readers(relay)], [0, 1]);
});

test("a client that leaves gives its share back to those that wait", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const budget = new FetchBudget(200_000);
  publisher.whole(0, largeFrames(0, 10));
  const leaving = new AbortController();
  assert.notEqual(await fetchFrom(relay, 0, leaving.signal, { budget }), "not found");
  const waiting = readLarge(await fetchFrom(relay, 0, undefined, { budget }), 10);
  await told(relay);
  leaving.abort();
  await waiting;
  assert.deepEqual([budget.bytes, readers(relay)], [0, 1]);
});

test("what comes too fast to be held back is broken off at the cap", async () => {
  const relay = new TestRelay({ hub: { maxGroup: 8 << 20 } });
  const publisher = relay.publisher();
  relay.viewer().subscribe();
  const budget = new FetchBudget(64 << 20);
  const group = publisher.group(0, largeFrames(0, 1));
  const answer = await fetchFrom(relay, "latest", undefined, { budget });
  for (let i = 1; i < 60; i++) group.write(publisher.encoded(largeFrames(i, 1), (i - 1) * 20));
  relay.settle();
  await assert.rejects(readLarge(answer, 60), /broken off/);
  assert.deepEqual([budget.bytes, readers(relay)], [0, 1]);
});
