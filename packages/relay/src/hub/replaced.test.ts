import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_HOP, STREAM_CODE } from "@moq-relay/protocol/model";
import type { Fetcher } from "@moq-relay/protocol/session";
import { framesOf, named, TestRelay } from "../core.fixture.ts";
import { type LocalGroup, LocalSubscriber } from "./local-subscriber.ts";
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

/** What the hub answers to who asks for a group, or a track, of a publisher: the groups that came, or the code of a refusal. */
function asks(relay: TestRelay, publisher: bigint | undefined) {
  const heard: { groups: number[]; refused?: number; broken?: number } = { groups: [] };
  const silent: LocalGroup = { onData: () => {}, onFin: () => {}, onReset: () => {} };
  const subscriber = new LocalSubscriber("timed", {
    onStarted: () => {},
    onGroup: (sequence) => {
      heard.groups.push(sequence);
      return silent;
    },
    onFinish: () => {},
    onFail: (code) => {
      heard.refused = code;
    },
  });
  const what = { broadcast: "cam", track: "video", priority: 0, startFrame: 0, endFrame: undefined, publisher };
  const terms = { backlog: "latest", maxAge: 0, startGroup: 0, endGroup: undefined } as const;
  const { format, connection, peerHop } = subscriber;
  relay.core.hub.subscribe({ ...what, ...terms }, subscriber);
  const fetcher: Fetcher = {
    format,
    connection,
    peerHop,
    accept: () => assert.fail("nothing is sent"),
    fail: (code) => {
      heard.broken = code;
    },
  };
  relay.core.hub.fetch({ ...what, group: 0 }, fetcher);
  relay.settle();
  return heard;
}

test("a relay that means another publisher hears that it is another one, whether it has something of that or not", () => {
  const relay = new TestRelay();
  const stays = route(relay, 13n, 1, { hops: [8n] });
  relay.pass(10);
  const goes = route(relay, 11n, 1);
  goes.unannounce("cam");
  const [crossing, right, anyone] = [7n, 8n, undefined].map((publisher) => asks(relay, publisher));
  assert.deepEqual(crossing, { groups: [], refused: STREAM_CODE.old, broken: STREAM_CODE.old });
  stays.whole(5);
  assert.deepEqual([right?.groups, anyone?.groups, asks(relay, NO_HOP).groups], [[5], [5], [5]]);
});

test("a relay that waited for a publisher is not given another one that comes instead", () => {
  const relay = new TestRelay();
  const first = route(relay, 11n, 1);
  relay.viewer().subscribe();
  first.whole(0);
  cut(relay, 11n);
  const waiting = asks(relay, 7n);
  const client = relay.viewer().subscribe();
  assert.deepEqual(waiting, { groups: [] });
  const other = route(relay, 13n, 1, { hops: [8n] });
  assert.deepEqual(waiting, { groups: [], refused: STREAM_CODE.old, broken: STREAM_CODE.old });
  other.whole(5);
  assert.deepEqual(client.seen, [`5: ${named(5, 3)} fin`], "a client has nothing that could be mixed with it");
});
