import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "@moq-relay/protocol/testing";
import type { Carrier } from "@moq-relay/protocol/transport";
import { Cursor, decodeDatagram, encodeDatagram } from "@moq-relay/protocol/wire";
import { MOQ_VERSIONS } from "../config/index.ts";
import { framesOf, type Publisher, type Reading, TestRelay, type Wanted } from "../core.fixture.ts";

/** The publisher says this in a datagram of its newest subscription. */
function say(publisher: Publisher, sequence: number, payload = `d${sequence}`, to: Wanted = publisher.current): void {
  const { peer, relay } = publisher;
  const bytes = new TextEncoder().encode(payload);
  const datagram = { subscription: to.said.id, sequence, timestamp: sequence * 10, payload: bytes };
  assert.equal(peer.connection.sendDatagram(bytesOf((writer) => encodeDatagram(writer, datagram, peer.version))), true);
  relay.settle();
}

/** What a subscription heard in datagrams: "5@50: d5". */
function heard({ viewer, id }: Reading): string[] {
  const all = viewer.peer.datagrams.map((bytes) =>
    decodeDatagram(new Cursor().reset(bytes, 0, bytes.length), viewer.peer.version),
  );
  return all
    .filter(({ subscription }) => subscription === id)
    .map(({ sequence, timestamp, payload }) => `${sequence}@${timestamp}: ${new TextDecoder().decode(payload)}`);
}

/** A relay whose publisher's track has begun, and has had one datagram. */
function begun(version: "moq-lite-05" | "moq-lite-06" = "moq-lite-06", relay: TestRelay = new TestRelay()) {
  const publisher = relay.publisher({ version });
  const readings = MOQ_VERSIONS.map((one) => relay.viewer(one).subscribe());
  publisher.reply({ kind: "start", group: 0 });
  say(publisher, 0);
  return { relay, publisher, readings };
}

test("a datagram reaches all who can have one, and nobody else", () => {
  for (const from of ["moq-lite-05", "moq-lite-06"] as const) {
    const { relay, readings } = begun(from);
    for (const reading of readings) {
      const { version } = reading.viewer.peer;
      assert.deepEqual(heard(reading), version.datagrams ? ["0@0: d0"] : [], version.name);
      assert.deepEqual(reading.groups, [], "it is not put on a stream");
      if (!version.datagrams) assert.equal(reading.viewer.peer.datagrams.length, 0);
    }
    const { datagramsReceived, datagramsSent, datagramsDropped } = relay.counters;
    assert.deepEqual([datagramsReceived, datagramsSent, datagramsDropped], [1, 2, 0]);
  }
});

test("a track of datagrams only, of which no group ever begins, is heard", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-05" });
  const readings = [
    relay.viewer("moq-lite-05").subscribe(),
    relay.viewer("moq-lite-06").subscribe("cam", "video", { startGroup: 1 }),
  ];
  for (const sequence of [0, 1]) say(publisher, sequence);
  assert.deepEqual(readings.map(heard), [["0@0: d0", "1@10: d1"], ["1@10: d1"]]);
});

test("however many readers, one call of the carrier sends it", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const readings = relay.audience(100);
  publisher.reply({ kind: "start", group: 0 });
  const [{ session } = assert.fail()] = relay.core.peers;
  const carrier = session.connection.carrier as Required<Carrier>;
  const calls: number[] = [];
  const { sendDatagrams } = carrier;
  carrier.sendDatagrams = (connections, ...rest) => {
    calls.push(connections.length);
    return sendDatagrams.call(carrier, connections, ...rest);
  };
  for (const sequence of [3, 4]) say(publisher, sequence);
  assert.deepEqual(calls, [100, 100]);
  for (const reading of readings) assert.deepEqual(heard(reading), ["3@30: d3", "4@40: d4"]);
});

test("a carrier without such a call sends one by one", () => {
  const { relay, publisher, readings } = begun();
  const [{ session } = assert.fail()] = relay.core.peers;
  Object.defineProperty(session.connection.carrier, "sendDatagrams", { value: undefined });
  say(publisher, 1);
  assert.deepEqual(readings.flatMap(heard), ["0@0: d0", "1@10: d1", "0@0: d0", "1@10: d1"]);
  assert.equal(relay.counters.datagramsSent, 4);
});

test("datagrams are not kept: who joins late gets what comes from then on", () => {
  const { relay, publisher } = begun();
  const late = relay.viewer().subscribe();
  assert.deepEqual(heard(late), []);
  say(publisher, 1);
  assert.deepEqual(heard(late), ["1@10: d1"]);
  assert.equal(relay.recount(), 0);
});

test("each subscription gets the groups of its range only", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe("cam", "video", { startGroup: 3, endGroup: 4 });
  const all = relay.viewer().subscribe();
  publisher.reply({ kind: "start", group: 0 });
  for (const sequence of [2, 3, 4, 5]) say(publisher, sequence);
  assert.deepEqual([heard(reading), heard(all).length], [["3@30: d3", "4@40: d4"], 4]);
});

test("what does not fit is dropped for those whom it does not fit", () => {
  const { relay, publisher } = begun();
  const viewer = relay.viewer();
  // A larger subscription id makes a larger header.
  const readings = Array.from({ length: 70 }, (_, i) => viewer.subscribe("cam", i === 69 ? "video" : "other"));
  const largest = "x".repeat(1_197);
  const small = relay.viewer().subscribe();
  say(publisher, 1, largest, publisher.wanted[0]);
  assert.deepEqual([heard(small), heard(readings.at(-1) ?? assert.fail())], [[`1@10: ${largest}`], []]);
});

test("one that repeats is the publisher's doing; one that comes by two routes is passed over", () => {
  const relay = new TestRelay();
  const route = (hop: bigint, cost: number) => relay.publisher({ hop, hops: [7n], cost, from: `relay-${hop}.test` });
  const before = route(11n, 5);
  const reading = relay.viewer().subscribe();
  before.reply({ kind: "start", group: 0 });
  say(before, 1);
  say(before, 1);
  const after = route(12n, 1);
  after.reply({ kind: "start", group: 0 });
  say(after, 1);
  say(after, 2);
  say(before, 2);
  say(before, 3);
  say(after, 3);
  assert.deepEqual(
    heard(reading).map((one) => one.split("@")[0]),
    ["1", "1", "2", "3"],
  );
  assert.equal(relay.counters.datagramsRepeated, 3);
  relay.pass(2_500);
  assert.deepEqual([before.live.length, after.live.length], [0, 1], "a track of datagrams alone moves too");
  say(after, 4);
  assert.equal(heard(reading).at(-1), "4@40: d4");
});

test("datagrams and groups of one track go side by side", () => {
  const { publisher, readings } = begun();
  publisher.whole(1, framesOf(1, 1));
  say(publisher, 2);
  const [newest] = readings;
  assert.deepEqual([newest?.seen, heard(newest ?? assert.fail())], [["1: g1f0 fin"], ["0@0: d0", "2@20: d2"]]);
});
