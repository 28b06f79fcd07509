import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BIDI,
  decodeServerSetup,
  encodeAnnounceRequest,
  encodeGoaway,
  encodeStreamType,
  encodeTrackRequest,
  VERSIONS,
  type VersionName,
} from "@moq-relay/protocol/wire";
import { parsePublic } from "./config/pattern.ts";
import { framesOf, named, RELAY_HOP, TestRelay, Viewer } from "./core.fixture.ts";
import { Listening, listen, ROOTED } from "./core-listening.fixture.ts";
import { CLUSTER_GRANTS, PEER_GRANTS, publicGrants } from "./peers/grants.ts";

test("listeners hear what there is, what comes and what goes", () => {
  const relay = new TestRelay();
  const first = relay.publisher({ names: ["a", "b/c"] });
  const listener = listen(relay);
  assert.deepEqual(listener.told().toSorted(), ["start a", "start b/c"]);
  const second = relay.publisher({ names: ["d"] });
  first.unannounce("a", 0);
  assert.deepEqual(listener.told(), ["start d", "end a"]);
  second.leave();
  assert.deepEqual(listener.told(), ["end d"]);
});

test("nobody hears of its own broadcasts", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ names: ["cam"] });
  const listener = new Listening(relay, publisher.peer);
  assert.deepEqual(listener.told(), []);
  relay.publisher({ names: ["other"] });
  assert.deepEqual(listener.told(), ["start other"]);
});

test("a clean goodbye ends broadcasts at once, an abrupt loss after five seconds", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ from: "far" });
  const listener = listen(relay);
  assert.deepEqual(listener.told(), ["start cam"]);
  publisher.leave();
  assert.deepEqual(listener.told(), ["end cam"]);
  relay.publisher({ from: "far" });
  assert.deepEqual(listener.told(), ["start cam"]);
  relay.world.network.cut("far", "relay.test:4443");
  relay.pass(4_900);
  assert.deepEqual(listener.told(), []);
  relay.pass(200);
  assert.deepEqual(listener.told(), ["end cam"]);
  assert.equal(relay.core.counters.sessionsLost, 1);
  assert.equal(relay.core.table.size, 0);
});

test("a publisher that is back within five seconds under its name was never away", () => {
  for (const after of [100, 1_000, 4_900]) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ hop: 7n, from: "far" });
    const listener = listen(relay);
    const reading = relay.viewer().subscribe();
    publisher.whole(0);
    publisher.group(1, framesOf(1, 1));
    assert.deepEqual(listener.told(), ["start cam"]);
    relay.world.network.cut("far", "relay.test:4443");
    relay.pass(after);
    const back = relay.publisher({ hop: 7n, from: "far" });
    back.group(1, framesOf(1, 3)).finish();
    relay.settle();
    assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`, `1: ${named(1, 3)} fin`], `${after} ms`);
    relay.pass(10_000);
    assert.deepEqual(listener.told(), []);
    assert.equal(relay.core.table.size, 1);
  }
});

test("whoever subscribes while the publisher is away waits for it, until its broadcast ends", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ hop: 7n, from: "far" });
  publisher.relay.world.network.cut("far", "relay.test:4443");
  relay.pass(1_000);
  const [waits, leaves] = [relay.viewer().subscribe(), relay.viewer().subscribe()];
  assert.deepEqual([waits.stream.reset, leaves.stream.reset], [undefined, undefined]);
  leaves.leave();
  const back = relay.publisher({ hop: 7n, from: "far" });
  back.whole(0);
  assert.deepEqual([waits.seen, leaves.seen], [[`0: ${named(0, 3)} fin`], []]);
  relay.world.network.cut("far", "relay.test:4443");
  relay.pass(4_000);
  const inVain = relay.viewer().subscribe("cam", "audio");
  relay.pass(1_500);
  assert.equal(inVain.stream.reset, 0x36);
});

test("a publisher that says goodbye ends what is read from it at once, one that vanishes after five seconds", () => {
  const relay = new TestRelay();
  for (const version of ["moq-lite-06", "moq-lite-04", "moq-lite-02"] as const) {
    const publisher = relay.publisher({ version, from: "far" });
    const reading = relay.viewer(version).subscribe();
    publisher.group(0, framesOf(0, 1));
    publisher.leave();
    assert.deepEqual([reading.stream.reset, reading.groups[0]?.end], [0x36, 0x36], version);
    const vanishing = relay.publisher({ version, from: "far" });
    const patient = relay.viewer(version).subscribe();
    vanishing.group(0, framesOf(0, 1));
    relay.world.network.cut("far", "relay.test:4443");
    relay.pass(4_500);
    assert.equal(patient.stream.reset, undefined, version);
    relay.pass(1_000);
    assert.equal(patient.stream.reset, 0x36, version);
  }
});

test("another publisher that comes within five seconds takes over, and nothing ends later", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ from: "far" });
  const listener = listen(relay);
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  listener.told();
  relay.world.network.cut("far", "relay.test:4443");
  relay.pass(1_000);
  const next = relay.publisher({ from: "far" });
  assert.deepEqual([listener.told(), reading.stream.reset], [["restart cam"], 0x34]);
  const again = relay.viewer().subscribe();
  next.whole(0);
  relay.pass(10_000);
  assert.deepEqual([listener.told(), again.stream.reset], [[], undefined]);
});

test("a client that only subscribes is not asked for broadcasts", () => {
  const relay = new TestRelay();
  const peer = relay.world.dial(["moq-lite-06"]);
  peer.setup({ role: "subscriber" });
  relay.settle();
  assert.equal(peer.taken(BIDI.announce).length, 0);
  const both = relay.peer();
  assert.equal(both.taken(BIDI.announce).length, 1);
});

test("names are relative to the path of the URL, on both sides", () => {
  const relay = new TestRelay(ROOTED);
  const publisher = relay.publisher({ names: ["cam"], path: "/room" });
  const inside = listen(relay, "", { path: "/room" });
  const outside = listen(relay);
  const elsewhere = listen(relay, "", { path: "/other" });
  const above = listen(relay, "room", {});
  const below = listen(relay, "", { path: "/room/cam" });
  assert.deepEqual(
    [inside, outside, elsewhere, above, below].map((listener) => listener.told()),
    [["start cam"], ["start room/cam"], [], ["start cam"], ["start "]],
  );
  const readings = [
    relay.viewer("moq-lite-06", { path: "/room" }).subscribe("cam"),
    relay.viewer("moq-lite-04", { path: "/" }).subscribe("room/cam"),
    relay.viewer("moq-lite-06", { path: "/room/cam" }).subscribe(""),
  ];
  assert.deepEqual([publisher.wanted.length, publisher.current.said.broadcast], [1, "cam"]);
  publisher.whole(0);
  for (const reading of readings) assert.deepEqual(reading.seen, [`0: ${named(0, 3)} fin`]);
  assert.equal(relay.viewer("moq-lite-06", { path: "/other" }).subscribe("cam").stream.reset, 0x36);
});

test("an announced name covers what lies below it", () => {
  const relay = new TestRelay(ROOTED);
  const publisher = relay.publisher({ names: ["room"] });
  const listener = listen(relay, "room/cam/x");
  assert.deepEqual(listener.told(), ["start "]);
  const reading = relay.viewer().subscribe("room/cam/x");
  assert.equal(publisher.current.said.broadcast, "room/cam/x");
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
  assert.equal(relay.viewer().subscribe("roommate").stream.reset, 0x36);
});

test("hidden names are listed to nobody who did not ask for them, but can be read", () => {
  const relay = new TestRelay(ROOTED);
  const publisher = relay.publisher({ names: [".hid/cam", "room/.secret", "open"] });
  assert.deepEqual(listen(relay).told(), ["start open"]);
  assert.deepEqual(listen(relay, "room").told(), []);
  assert.deepEqual(listen(relay, ".hid").told(), ["start cam"]);
  assert.deepEqual(listen(relay, "", { path: "/room/.secret" }).told(), ["start "]);
  const reading = relay.viewer().subscribe("room/.secret");
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
});

test("clients publish nothing below .internal, whatever name or root they choose, and read nothing there", () => {
  const relay = new TestRelay(ROOTED);
  const attempts: [string, string][] = [
    ["/", ".internal"],
    ["/", ".internal/origins/evil"],
    ["/.internal", "ids/7/evil"],
    ["/.internal/origins", ""],
  ];
  for (const [path, name] of attempts) {
    const client = relay.publisher({ names: [name], path });
    assert.equal(relay.core.table.size, 0, `${path} ${name}`);
    const reading = relay.viewer("moq-lite-06", { path }).subscribe(name);
    assert.equal(reading.stream.reset, 0x36);
    client.leave();
  }
  assert.equal(relay.core.counters.announcesForbidden, 4);
});

test("who has everything does not have the cluster's own names", () => {
  const relay = new TestRelay(ROOTED);
  relay.publisher({ names: [""] });
  assert.equal(relay.core.candidates("whatever", 0n).length, 1);
  assert.equal(relay.core.candidates(".internal/origins/node", 0n).length, 0);
  assert.equal(relay.core.candidates(".internal", 0n).length, 0);
});

test("grants decide what is heard, read and published", () => {
  const access = { subscribe: [parsePublic("open")], publish: [parsePublic("open/in")] };
  const relay = new TestRelay({ grants: (path) => publicGrants(path.slice(1), access) ?? assert.fail(path) });
  const publisher = relay.publisher({ names: ["open/in/cam", "open/cam", "closed/cam"] });
  assert.equal(relay.core.table.size, 1);
  assert.equal(relay.core.counters.announcesForbidden, 2);
  assert.deepEqual(listen(relay).told(), ["start open/in/cam"]);
  assert.deepEqual(listen(relay, "closed").told(), []);
  assert.equal(relay.viewer().subscribe("closed/cam").stream.reset, 0x36);
  const reading = relay.viewer().subscribe("open/in/cam");
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
});

test("who listens where it may read nothing is told of nothing, and its session goes on", () => {
  const access = { subscribe: [parsePublic("open")], publish: [parsePublic("open")] };
  const relay = new TestRelay({ grants: (path) => publicGrants(path.slice(1), access) ?? assert.fail(path) });
  const publisher = relay.publisher({ names: ["open/cam"] });
  const peer = relay.peer();
  const refused = new Listening(relay, peer, "closed");
  assert.deepEqual([refused.told(), peer.closeCode()], [[], undefined]);
  const reading = new Viewer(relay, peer).subscribe("open/cam");
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
});

test("a path that is too long with its root is refused, and no other session suffers", () => {
  const deep = Array.from({ length: 20 }, (_, i) => `s${i}`).join("/");
  const relay = new TestRelay(ROOTED);
  const listener = listen(relay);
  relay.publisher({ names: [deep, "cam"], path: `/${deep}` });
  assert.deepEqual(listener.told(), [`start ${deep}/cam`]);
  assert.equal(relay.core.counters.announcesForbidden, 1);
  const viewer = relay.viewer("moq-lite-06", { path: `/${deep}` });
  assert.equal(viewer.subscribe(deep).stream.reset, 0x36);
  const track = viewer.peer.bidi((writer) => {
    encodeStreamType(writer, BIDI.track);
    encodeTrackRequest(writer, { broadcast: deep, track: "video" }, viewer.peer.version);
  });
  relay.settle();
  assert.equal(track.reset, 0x36);
  assert.deepEqual(listen(relay, deep, { path: `/${deep}` }).told(), []);
});

test("requests towards a peer that is going away are refused with 4, what runs goes on", () => {
  for (const version of ["moq-lite-04", "moq-lite-05", "moq-lite-06"] as const) {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    const reading = relay.viewer().subscribe();
    publisher.whole(0);
    publisher.peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.goaway);
      encodeGoaway(writer, { uri: "" }, publisher.peer.version);
    });
    relay.settle();
    assert.equal(relay.viewer().subscribe("cam", "audio").stream.reset, 4, version);
    publisher.whole(1);
    assert.equal(reading.groups.length, 2);
    assert.equal(relay.viewer().subscribe("nothing").stream.reset, 0x36);
  }
});

test("a track that is unknown is refused with 0x36, on TRACK as on SUBSCRIBE", () => {
  const relay = new TestRelay();
  for (const version of ["moq-lite-05", "moq-lite-06"] as VersionName[]) {
    const peer = relay.peer(version);
    const track = peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.track);
      encodeTrackRequest(writer, { broadcast: "nobody", track: "video" }, peer.version);
    });
    relay.settle();
    assert.deepEqual([track.reset, track.stopped], [0x36, 0]);
  }
});

test("TRACK is answered from the publisher, once for all who ask", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ info: { timescale: 90_000, maxAge: 700 } });
  const peers = [relay.peer("moq-lite-06"), relay.peer("moq-lite-05"), relay.peer("moq-lite-06")];
  const streams = peers.map((peer) =>
    peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.track);
      encodeTrackRequest(writer, { broadcast: "cam", track: "video" }, peer.version);
    }),
  );
  relay.settle();
  assert.ok(streams.every(({ fin, length }) => fin && length > 0));
  assert.equal(publisher.asked, 1);
});

test("too many listeners get an empty answer, not the end of their session", () => {
  const relay = new TestRelay({ core: { maxListeners: 2 } });
  relay.publisher();
  const listeners = [listen(relay), listen(relay), listen(relay)];
  assert.deepEqual(
    listeners.map((listener) => listener.told()),
    [["start cam"], ["start cam"], []],
  );
});

test("a chain that has been here before is not taken", () => {
  const relay = new TestRelay();
  relay.publisher({ hop: 7n, hops: [RELAY_HOP] });
  assert.equal(relay.core.table.size, 0);
});

test("closing ends all sessions and gives everything back", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  publisher.group(0, framesOf(0, 1));
  relay.core.close(0, "the relay is closing");
  relay.settle();
  assert.deepEqual([publisher.peer.closeCode(), reading.viewer.peer.closeCode()], [0, 0]);
  assert.deepEqual([relay.core.sessions, relay.cache.bytes, [...relay.hub.broadcasts].length], [0, 0, 0]);
});

test("thousands of sessions that come and go leave nothing behind", () => {
  const relay = new TestRelay();
  for (let round = 0; round < 200; round++) {
    const publisher = relay.publisher({ names: [`cam-${round}`] });
    const viewer = relay.viewer();
    viewer.subscribe(`cam-${round}`);
    new Listening(relay, viewer.peer);
    publisher.whole(0);
    if (round % 2 === 0) publisher.leave();
    else relay.world.network.cut("client", "relay.test:4443");
    viewer.peer.connection.close(0, "");
    relay.settle();
  }
  relay.pass(6_000);
  const { table } = relay.core;
  assert.deepEqual(
    [relay.core.sessions, table.size, table.listeners, table.watchers, relay.cache.bytes],
    [0, 0, 0, 0, 0],
  );
});

for (const [who, grants, taken] of [
  ["a client", PEER_GRANTS, 2],
  ["a relay of the cluster", CLUSTER_GRANTS, 3],
] as const) {
  test(`${who} may have ${taken} of 3 subscriptions and announce requests where clients may have 2`, () => {
    const relay = new TestRelay({
      grants: (path) => (path === "/reader" ? grants : PEER_GRANTS),
      clients: { maxSubscriptions: 2, maxListens: 2 },
    });
    relay.publisher();
    const viewer = relay.viewer("moq-lite-06", { path: "/reader" });
    const readings = ["a", "b", "c"].map((track) => viewer.subscribe("cam", track));
    relay.settle();
    assert.equal(readings.filter(({ stream }) => stream.reset === undefined).length, taken);
    const asked = ["x", "y", "z"].map((prefix) =>
      viewer.peer.bidi((writer) => {
        encodeStreamType(writer, BIDI.announce);
        encodeAnnounceRequest(writer, { prefix, excludeHop: 0n }, viewer.peer.version);
      }),
    );
    relay.settle();
    assert.equal(asked.filter((stream) => stream.reset === undefined).length, taken);
    // A place that is given up can be had again.
    readings[0]?.leave();
    assert.equal(viewer.subscribe("cam", "d").stream.reset, undefined);
  });
}

test("the SETUP exchange agrees on no version that is not served", () => {
  const relay = new TestRelay({ versions: { served: ["moq-lite-06", "moq-lite-01"], dialled: [] } });
  const both = relay.world.dial(["moql"], {});
  const exchange = both.offer(["moq-lite-02", "moq-lite-01"]);
  relay.settle();
  assert.equal(
    exchange.take((framer) => framer.type()),
    BIDI.serverSetup,
  );
  const answer = exchange.take((framer) => framer.message16()) ?? assert.fail("no answer");
  assert.equal(decodeServerSetup(answer).version, VERSIONS["moq-lite-01"].code);
  const newer = relay.world.dial(["moql"], {});
  newer.offer(["moq-lite-02"]);
  relay.settle();
  assert.equal(newer.closeCode(), 0x15);
});
