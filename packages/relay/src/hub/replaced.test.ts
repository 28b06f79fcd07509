import assert from "node:assert/strict";
import { test } from "node:test";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import { framesOf, named, TestRelay } from "../core.fixture.ts";
import { cut, payloads, route } from "./routes.fixture.ts";

test("a neighbour that turns to another publisher is left at once for another way to the one that is read", () => {
  const relay = new TestRelay();
  // Known for longer, so that everybody prefers the other publisher.
  route(relay, 13n, 1, { hops: [8n] });
  relay.pass(10);
  const turning = route(relay, 11n, 1);
  const faithful = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  turning.whole(0);
  turning.group(1, framesOf(1, 2));
  turning.reprice(0, [8n], 1);
  assert.deepEqual([turning.live.length, faithful.live.length], [0, 1]);
  const { startGroup, startFrame } = faithful.current.said;
  assert.deepEqual([startGroup, startFrame], [1, 1], "from the last whole frame");
  faithful.group(1, framesOf(1, 2, 1), { frameStart: 1 }).finish();
  relay.settle();
  assert.deepEqual(payloads(reading), [...named(0, 3).split(" "), ...named(1, 3).split(" ")]);
});

test("where a track was replaced, nothing is taken from what was asked for there before that was known", () => {
  const relay = new TestRelay();
  const leaving = route(relay, 11n, 1);
  const other = route(relay, 12n, 5);
  const reading = relay.viewer().subscribe();
  leaving.group(0, framesOf(0, 2));
  const [first] = leaving.live;
  leaving.unannounce("cam");
  first?.stream.abandon(STREAM_CODE.unroutable);
  relay.settle();
  const [next, rest] = other.live;
  assert.deepEqual([next?.said.startGroup, rest?.said.startGroup, rest?.said.startFrame], [1, 0, 1]);
  next?.stream.abandon(STREAM_CODE.old);
  relay.settle();
  other.whole(5, framesOf(5, 3), rest ? { to: rest } : {});
  assert.equal(other.live.length, 0);
  assert.deepEqual(payloads(reading), ["g0f0", "g0f1"]);
  assert.equal(reading.stream.reset, STREAM_CODE.old);
});

test("a relay that goes on where a publisher has just been replaced hears that, for it may not have heard of it yet", () => {
  const relay = new TestRelay();
  const stays = route(relay, 13n, 1, { hops: [8n] });
  relay.pass(10);
  const goes = route(relay, 11n, 1);
  goes.unannounce("cam");
  const neighbour = relay.viewer("moq-lite-06", { hop: 30n });
  const crossing = neighbour.subscribe("cam", "video", { startGroup: 4, startFrame: 2 });
  assert.equal(crossing.stream.reset, STREAM_CODE.old);
  const anew = neighbour.subscribe();
  const resuming = relay.viewer().subscribe("cam", "video", { startGroup: 4 });
  stays.whole(5);
  assert.deepEqual([anew.seen.length, resuming.seen.length], [1, 1], "who begins, or is no relay, is served");
  relay.pass(1_001);
  const later = relay.viewer("moq-lite-06", { hop: 31n }).subscribe("cam", "video", { startGroup: 6 });
  stays.whole(6);
  assert.deepEqual(later.seen, [`6: ${named(6, 3)} fin`]);
});

test("a relay that waited for a publisher is not given another one that comes instead", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  const neighbour = relay.viewer("moq-lite-06", { hop: 30n });
  neighbour.subscribe();
  first.whole(0);
  cut(relay, 11n);
  const waiting = relay.viewer("moq-lite-06", { hop: 31n }).subscribe();
  const client = relay.viewer().subscribe();
  assert.equal(waiting.stream.reset, undefined);
  const other = route(relay, 13n, 1, { hops: [8n] });
  assert.equal(waiting.stream.reset, STREAM_CODE.old);
  const anew = neighbour.subscribe();
  other.whole(5);
  assert.deepEqual(anew.seen, [`5: ${named(5, 3)} fin`], "while the first may still come back");
  assert.deepEqual(client.seen, anew.seen, "a client has nothing that could be mixed with it");
});
