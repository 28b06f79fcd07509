import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_HOP } from "../../model/index.ts";
import type { HeardBidi } from "../../testing/index.ts";
import {
  BIDI,
  decodeSubscribe,
  decodeSubscribeUpdate,
  encodeGroupHeader,
  encodeStreamType,
  type Subscribe,
  UNI,
  VERSIONS,
  type VersionName,
} from "../../wire/index.ts";
import type { SubscribeRequest, Upstream } from "../session.ts";
import { helloParameter } from "./node-hello.ts";
import { ALL_VERSIONS, Conversation, RecordedFetch, RecordedUpstream, Stage } from "./session.fixture.ts";

const WITH_END = ["moq-lite-05", "moq-lite-06"] as const;
const REQUEST: SubscribeRequest = {
  broadcast: "room/cam",
  track: "video",
  priority: 60,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
};

/** A subscription of the session under test, at a peer that answers by hand. */
class Subscription {
  readonly stage: Stage;
  readonly events: RecordedUpstream = new RecordedUpstream();
  readonly upstream: Upstream;
  readonly stream: HeardBidi;
  readonly said: Subscribe;

  constructor(version: VersionName, request: Partial<SubscribeRequest> = {}) {
    this.stage = new Stage(version);
    this.upstream = this.stage.session.subscribe({ ...REQUEST, ...request }, this.events);
    this.stage.settle();
    this.stream = this.stage.peer.taken(BIDI.subscribe)[0] ?? assert.fail("no subscription");
    this.said = decodeSubscribe(this.stream.take((framer) => framer.message())!, VERSIONS[version]);
  }

  get peer() {
    return this.stage.peer;
  }

  settle(): this {
    this.stage.settle();
    return this;
  }
}

test("we ask in the form of the version", () => {
  for (const version of ALL_VERSIONS) {
    const { said } = new Subscription(version);
    assert.deepEqual([said.broadcast, said.track, said.priority, said.maxAge], ["room/cam", "video", 60, 0], version);
    assert.equal(said.startGroup, version === "moq-lite-06" ? 0 : undefined);
  }
});

test("a start in the past is asked for where it can be said", () => {
  const request = { backlog: "all", startGroup: 5, startFrame: 3, endGroup: 9, endFrame: 4, maxAge: 700 } as const;
  for (const version of ALL_VERSIONS) {
    const { said } = new Subscription(version, request);
    const { startGroup, endGroup, maxAge, startFrame, endFrame } = said;
    const expected = {
      "moq-lite-01": [undefined, undefined, 0, 0, undefined],
      "moq-lite-02": [undefined, undefined, 0, 0, undefined],
      "moq-lite-03": [5, 9, 700, 0, undefined],
      "moq-lite-04": [5, 9, 700, 0, undefined],
      "moq-lite-05": [5, 9, 700, 0, undefined],
      "moq-lite-06": [5, 9, 700, 3, 4],
    } as Record<string, unknown[]>;
    assert.deepEqual([startGroup, endGroup, maxAge, startFrame, endFrame], expected[version], version);
  }
});

test("without a floor, fresh groups are the latest one to a peer that knows no ages", () => {
  for (const version of ["moq-lite-03", "moq-lite-04", "moq-lite-05"] as const) {
    assert.equal(new Subscription(version, { backlog: "fresh", maxAge: 5_000 }).said.startGroup, undefined);
    assert.equal(new Subscription(version, { backlog: "fresh", startGroup: 7 }).said.startGroup, 7);
  }
});

test("every subscription of a session has an id of its own", () => {
  const { stage, said } = new Subscription("moq-lite-06");
  const ids = [1, 2, 3].map(() => {
    stage.session.subscribe(REQUEST, new RecordedUpstream()).cancel();
    stage.settle();
    const [stream] = stage.peer.taken(BIDI.subscribe);
    return decodeSubscribe(stream!.take((framer) => framer.message())!, VERSIONS["moq-lite-06"]).id;
  });
  assert.equal(new Set([said.id, ...ids]).size, 4);
});

test("an update is told to peers that know it", () => {
  for (const version of ALL_VERSIONS) {
    const { upstream, stream, settle } = bound(new Subscription(version));
    upstream.update({ ...REQUEST, priority: 90, endGroup: 12 });
    settle();
    const body = stream.take((framer) => framer.message());
    if (!VERSIONS[version].subscribeUpdate) assert.equal(body, undefined, version);
    else {
      const { priority, endGroup } = decodeSubscribeUpdate(body!, VERSIONS[version]);
      assert.deepEqual([priority, endGroup], [90, 12], version);
    }
  }
});

test("what the Rust relay 0.10 breaks off a subscription for is told to versions after its own, but for another end", () => {
  for (const version of ALL_VERSIONS.filter((name) => VERSIONS[name].subscribeUpdate)) {
    const { upstream, stream, settle } = bound(new Subscription(version));
    upstream.update({ ...REQUEST, priority: 90, maxAge: 5_000 });
    settle();
    const told = stream.take((framer) => framer.message()) !== undefined;
    assert.equal(told, version === "moq-lite-05" || version === "moq-lite-06", version);
  }
});

test("what the publisher replies is passed on, and a FIN is the end", () => {
  for (const version of WITH_END) {
    const { peer, stream, events, settle } = bound(new Subscription(version));
    peer.reply(stream, { kind: "start", group: 5 });
    peer.reply(stream, { kind: "drop", first: 6, last: 7, error: 2 });
    peer.reply(stream, { kind: "end", group: 9 });
    stream.finish();
    settle();
    assert.deepEqual(events.log, ["start 5", "drop 6-7 2", "end 9", "done"], version);
    assert.equal(stream.fin, true);
  }
});

test("before 05 the answer is an OK, and a FIN alone is the end", () => {
  for (const version of ["moq-lite-01", "moq-lite-02", "moq-lite-03", "moq-lite-04"] as const) {
    const { peer, stream, events, settle } = bound(new Subscription(version));
    const terms = { priority: 0, ordered: false, maxAge: 0, startGroup: undefined, endGroup: undefined };
    peer.reply(stream, { kind: "ok", ...terms });
    settle();
    assert.deepEqual(events.log, [], version);
    stream.finish();
    settle();
    assert.deepEqual(events.log, ["done"], version);
  }
});

test("what an OK says of the start is a lower bound, on 03 and 04", () => {
  for (const version of ["moq-lite-03", "moq-lite-04"] as const) {
    const { peer, stream, events, settle } = bound(new Subscription(version));
    peer.reply(stream, { kind: "ok", priority: 60, ordered: false, maxAge: 0, startGroup: 42, endGroup: 50 });
    peer.reply(stream, { kind: "drop", first: 43, last: 44, error: 0x34 });
    settle();
    assert.deepEqual(events.log, ["start 42", `drop 43-44 ${0x34}`], version);
  }
});

test("why groups were dropped is told as far as the table has it", () => {
  for (const version of [...WITH_END, "moq-lite-03", "moq-lite-04"] as const) {
    const { peer, stream, events, settle } = bound(new Subscription(version));
    for (const error of [0x35, 13, 70]) peer.reply(stream, { kind: "drop", first: 0, last: 0, error });
    settle();
    assert.deepEqual(events.log, [`drop 0-0 ${0x35}`, "drop 0-0 0", "drop 0-0 70"], version);
  }
});

test("an answer that ends in mid-message is a failure", () => {
  for (const version of ALL_VERSIONS) {
    const { stream, events, settle } = bound(new Subscription(version));
    stream.write(Uint8Array.of(...(VERSIONS[version].subscribeReply.startsWith("ok-") ? [] : [1]), 9)).finish();
    settle();
    assert.deepEqual(events.log, [`error ${0x12}`], version);
  }
});

test("moq-lite-06: END at or below a group that came fails the subscription, on 05 it is a hint", () => {
  for (const version of WITH_END) {
    for (const end of [0, 7, 8]) {
      const { peer, said, stream, events, settle } = bound(new Subscription(version));
      peer.group(said.id, 7, [{ timestamp: 0, payload: "a" }]);
      settle();
      peer.reply(stream, { kind: "end", group: end });
      settle();
      const strict = version === "moq-lite-06" && end <= 7;
      assert.deepEqual(events.log, [strict ? `error ${0x12}` : `end ${end}`], `${version}, END ${end}`);
      assert.equal(peer.closeCode(), undefined);
    }
  }
});

test("moq-lite-06: a group at or behind END is stopped with 3 and fails the subscription, on 05 it is taken", () => {
  for (const version of WITH_END) {
    for (const sequence of [8, 9, 10]) {
      const { peer, said, stream, events, settle } = bound(new Subscription(version));
      peer.reply(stream, { kind: "end", group: 9 });
      settle();
      const group = peer.group(said.id, sequence, [{ timestamp: 0, payload: "a" }]);
      settle();
      const strict = version === "moq-lite-06" && sequence >= 9;
      assert.equal(group.stopped, strict ? 3 : undefined, `${version}, group ${sequence}`);
      assert.deepEqual(events.log, strict ? ["end 9", `error ${0x12}`] : ["end 9"]);
      assert.deepEqual([events.groups.length, peer.closeCode()], [strict ? 0 : 1, undefined]);
    }
  }
});

test("moq-lite-06: a datagram at or behind END is dropped", () => {
  const { peer, said, stream, events, settle } = bound(new Subscription("moq-lite-06"));
  peer.reply(stream, { kind: "end", group: 9 });
  settle();
  for (const sequence of [8, 9]) peer.connection.sendDatagram(Uint8Array.of(said.id, sequence, 0, 1));
  settle();
  assert.deepEqual(events.log, ["end 9", "datagram 8 at 0: 1"]);
});

test("START is a lower bound: it may rise above the first group, and need not come at all", () => {
  for (const version of WITH_END) {
    const { peer, said, stream, events, settle } = bound(new Subscription(version));
    peer.group(said.id, 6, [{ timestamp: 0, payload: "a" }]).finish();
    settle();
    peer.reply(stream, { kind: "start", group: 5 });
    settle();
    assert.deepEqual([events.log, events.groups.length], [["start 5"], 1], version);
  }
});

test("since 05 a FIN without END is a failure, and so is any reset", () => {
  for (const version of WITH_END) {
    const { peer, stream, events, settle } = bound(new Subscription(version));
    peer.reply(stream, { kind: "start", group: 5 });
    stream.finish();
    settle();
    assert.deepEqual(events.log, ["start 5", "error 0"], version);
  }
  for (const version of ALL_VERSIONS) {
    const { stream, events, settle } = bound(new Subscription(version));
    stream.abandon(0x36);
    settle();
    assert.deepEqual(events.log, [`error ${0x36}`], version);
    assert.equal(stream.fin, true);
  }
});

test("a reply that cannot be read fails the subscription, not the session", () => {
  const bad: Partial<Record<VersionName, number[][]>> = {
    "moq-lite-01": [[0]],
    "moq-lite-02": [[1, 0]],
    "moq-lite-04": [
      [2, 0],
      [0, 1, 0],
    ],
    "moq-lite-05": [
      [3, 0],
      [0, 0],
      [1, 2, 5, 5],
      [2, 3, 7, 5, 0],
      [0, 0x80, 1, 0, 1],
    ],
    "moq-lite-06": [
      [3, 0],
      [0, 0],
      [1, 2, 5, 5],
      [2, 3, 7, 5, 0],
      [0, 0x80, 1, 0, 1],
    ],
  };
  for (const [version, cases] of Object.entries(bad)) {
    for (const bytes of cases) {
      const { stream, events, settle, peer } = bound(new Subscription(version as VersionName));
      stream.write(Uint8Array.from(bytes));
      settle();
      assert.deepEqual(events.log, [`error ${0x12}`], `${version} ${bytes.join(" ")}`);
      assert.deepEqual([stream.fin, stream.stopped], [true, 0]);
      assert.equal(peer.closeCode(), undefined);
    }
  }
});

test("a group's bytes arrive as they came, however they were cut", () => {
  for (const version of ALL_VERSIONS) {
    const { peer, events, said, settle } = bound(new Subscription(version));
    const group = peer.uni();
    const header = version === "moq-lite-06" ? [4, said.id, 0x40, 0x2a, 7] : [3, said.id, 0x40, 0x2a];
    for (const byte of [UNI.group, ...header, 9, 8, 7]) {
      group.write(Uint8Array.of(byte));
      settle();
    }
    group.write(Uint8Array.of(6, 5)).finish();
    settle();
    const frameStart = version === "moq-lite-06" ? 7 : 0;
    const [received] = events.groups;
    assert.deepEqual([received?.sequence, received?.frameStart, received?.end], [42, frameStart, "fin"], version);
    assert.deepEqual(received?.bytes, [9, 8, 7, 6, 5]);
  }
});

test("a group that breaks off says with which code", () => {
  const { peer, events, said, settle } = bound(new Subscription("moq-lite-06"));
  const group = peer.group(said.id, 1, [{ timestamp: 0, payload: "abc" }]);
  settle();
  group.reset(0x34);
  settle();
  assert.deepEqual(
    events.groups.map(({ sequence, end }) => [sequence, end]),
    [[1, 0x34]],
  );
});

test("codes that are in no table become 0, an application's stay", () => {
  for (const [code, heard] of [
    [7, 0],
    [0x20, 0],
    [0x34, 0x34],
    [64, 64],
    [2 ** 32 - 1, 2 ** 32 - 1],
    [2 ** 40, 0],
  ] as const) {
    const { peer, events, said, settle, stream } = bound(new Subscription("moq-lite-06"));
    const group = peer.group(said.id, 1, [{ timestamp: 0, payload: "abc" }]);
    settle();
    group.reset(code);
    stream.abandon(code);
    settle();
    assert.deepEqual([events.groups[0]?.end, events.log], [heard, [`error ${heard}`]]);
  }
});

test("a group for a subscription that is unknown or over is stopped with 1", () => {
  for (const version of ALL_VERSIONS) {
    const { peer, upstream, said, settle, events } = bound(new Subscription(version));
    const unknown = peer.group(said.id + 1, 0);
    settle();
    assert.equal(unknown.stopped, 1, version);
    const running = peer.group(said.id, 0, [{ payload: "abc" }]);
    settle();
    upstream.cancel();
    const late = peer.group(said.id, 1);
    settle();
    assert.deepEqual([running.stopped, late.stopped], [1, 1], version);
    assert.equal(events.groups[0]?.end, "open", "whoever cancels hears nothing more");
    assert.equal(peer.closeCode(), undefined);
  }
});

test("a group that is not wanted is stopped with 1", () => {
  const { peer, events, said, settle } = bound(new Subscription("moq-lite-06"));
  events.refusing = true;
  const group = peer.group(said.id, 0, [{ payload: "abc" }]);
  settle();
  assert.equal(group.stopped, 1);
});

test("a group can be refused while it is under way", () => {
  const { peer, events, said, settle } = bound(new Subscription("moq-lite-06"));
  const group = peer.group(said.id, 0, [{ timestamp: 0, payload: "abc" }]);
  settle();
  events.groups[0]?.stop(0x34);
  group.write(Uint8Array.of(1, 2, 3));
  settle();
  assert.equal(group.stopped, 0x34);
  assert.equal(events.groups[0]?.bytes.length, 5);
});

test("a group header that cannot be read is stopped with 0x12, the subscription goes on", () => {
  const cases: [string, number[]][] = [
    ["nothing in it", [0, 0]],
    ["no frame start", [0, 2, 0, 0]],
    ["a byte too many", [0, 4, 0, 0, 0, 0]],
    ["a sequence above all numbers", [0, 10, 0, 0xff, 255, 255, 255, 255, 255, 255, 255, 0]],
    ["a length above the cap", [0, 0x80, 1, 0, 1]],
    ["a length that no header has", [0, 0x7f, 0xff, ...new Array(64).fill(0)]],
  ];
  for (const [what, bytes] of cases) {
    const { peer, events, said, settle } = bound(new Subscription("moq-lite-06"));
    const bad = peer.uni(Uint8Array.from(bytes));
    settle();
    assert.equal(bad.stopped, 0x12, what);
    const good = peer.group(said.id, 0, [{ timestamp: 0, payload: "abc" }]).finish();
    settle();
    assert.deepEqual([good.stopped, events.groups.length, peer.closeCode()], [undefined, 1, undefined], what);
  }
});

test("a group stream that ends before its header is nothing", () => {
  const { peer, events, settle, said } = bound(new Subscription("moq-lite-06"));
  peer.uni(Uint8Array.of(0, 3, said.id)).finish();
  const broken = peer.uni(Uint8Array.of(0, 3, said.id));
  settle();
  broken.reset(0);
  peer
    .uni((writer) => {
      encodeStreamType(writer, UNI.group);
      encodeGroupHeader(writer, { subscription: said.id, sequence: 5, frameStart: 0 }, VERSIONS["moq-lite-06"]);
    })
    .finish();
  settle();
  assert.deepEqual(
    events.groups.map(({ sequence, end }) => [sequence, end]),
    [[5, "fin"]],
  );
});

test("groups may still come after the end of the answer, until the subscription is given up", () => {
  for (const version of WITH_END) {
    const { peer, stream, events, said, settle, upstream } = bound(new Subscription(version));
    peer.reply(stream, { kind: "end", group: 9 });
    stream.finish();
    peer.group(said.id, 8, [{ timestamp: 0, payload: "last" }]).finish();
    settle();
    assert.equal(events.groups[0]?.end, "fin", version);
    upstream.cancel();
    const late = peer.group(said.id, 7);
    settle();
    assert.equal(late.stopped, 1);
  }
});

test("whoever cancels says so by FIN, and hears nothing more", () => {
  for (const version of ALL_VERSIONS) {
    const { upstream, stream, peer, events, settle } = bound(new Subscription(version));
    upstream.cancel();
    upstream.cancel();
    upstream.update({ ...REQUEST, priority: 1 });
    settle();
    assert.deepEqual([stream.fin, stream.stopped], [true, 0], version);
    stream.finish();
    settle();
    assert.deepEqual([events.log, peer.closeCode()], [[], undefined]);
  }
});

test("a session that ends is told by itself, not by its subscriptions", () => {
  const { peer, events, settle, upstream, stage } = bound(new Subscription("moq-lite-06"));
  peer.connection.close(0, "");
  settle();
  assert.deepEqual(events.log, []);
  assert.equal(stage.handler.closed?.by, "peer");
  upstream.cancel();
});

function bound(subscription: Subscription) {
  const { stage, events, upstream, stream, said, peer } = subscription;
  return { stage, events, upstream, stream, said, peer, settle: () => stage.settle() };
}

test("our relays tell each other whose groups they mean, and nobody else", () => {
  const hello = { address: "node-2.test:4443", root: false, settling: 0 };
  const meant = { ...REQUEST, publisher: 300n };
  const group = { broadcast: "room/cam", track: "video", priority: 0, group: 4, startFrame: 0, endFrame: undefined };
  for (const version of ["moq-lite-06", "moq-lite-05"] as const) {
    for (const among of [true, false]) {
      const conversation = new Conversation(version, among ? { hello } : {});
      const { client, server } = conversation;
      client.session.subscribe(meant, new RecordedUpstream());
      client.session.subscribe(REQUEST, new RecordedUpstream());
      client.session.fetch({ ...group, publisher: 300n }, new RecordedFetch());
      conversation.settle();
      const { subscriptions, fetches } = server.handler;
      const heard = [...subscriptions, ...fetches].map(({ request }) => request.publisher);
      const told = among ? [300n, NO_HOP, 300n] : [undefined, undefined, undefined];
      assert.deepEqual(heard, told, `${version}, ${among ? "ours" : "others"}`);
    }
  }
});

test("a relay of ours that does not say that it names publishers is told none, and need not name one", () => {
  const hello = { address: "node-2.test:4443", root: false, settling: 0 };
  const stage = new Stage("moq-lite-06", { hello, raw: true });
  const { id, value } = helloParameter(hello);
  // The flags, behind the address.
  value[1 + hello.address.length] = 0;
  stage.peer.setup({ others: [{ id, value }] });
  stage.settle();
  assert.deepEqual([stage.session.amongOurs, stage.session.namesPublishers], [true, false]);
  stage.session.subscribe({ ...REQUEST, publisher: 300n }, new RecordedUpstream());
  stage.peer.subscribe({ id: 1, broadcast: "room/cam", track: "video" });
  stage.settle();
  const [stream] = stage.peer.taken(BIDI.subscribe);
  const said = decodeSubscribe(stream!.take((framer) => framer.message())!, VERSIONS["moq-lite-06"]);
  assert.deepEqual([said.track, stage.handler.subscriptions.length], ["video", 1]);
});
