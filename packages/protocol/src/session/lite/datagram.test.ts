import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, RELAY, World } from "../../testing/index.ts";
import type { Connection } from "../../transport/index.ts";
import { Cursor, type Datagram, decodeDatagram, encodeDatagram, VERSIONS, type VersionName } from "../../wire/index.ts";
import type { Subscriber } from "../session.ts";
import { ALL_VERSIONS, End, liteOptions, RecordedUpstream, Stage } from "./session.fixture.ts";

const WITH = ALL_VERSIONS.filter((version) => VERSIONS[version].datagrams);
const WITHOUT = ALL_VERSIONS.filter((version) => !VERSIONS[version].datagrams);
const TRACK = { broadcast: "room/cam", track: "video" };
const REQUEST = {
  ...TRACK,
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
} as const;
const HI = Uint8Array.of(0x68, 0x69);

for (const version of WITH) {
  test(`${version}: a datagram goes to the subscription that it names`, () => {
    const stage = new Stage(version);
    const [one, other] = [new RecordedUpstream(), new RecordedUpstream()];
    stage.session.subscribe(REQUEST, one);
    stage.session.subscribe(REQUEST, other);
    say(stage, { subscription: 1, sequence: 9, timestamp: 48_000, payload: HI });
    say(stage, { subscription: 1, sequence: 10, timestamp: 0, payload: new Uint8Array() });
    stage.settle();
    assert.deepEqual([one.log, other.log], [[], ["datagram 9 at 48000: 104,105", "datagram 10 at 0: "]]);
  });

  test(`${version}: what is too large, unknown, cancelled or nonsense is dropped without a word`, () => {
    const stage = new Stage(version, { world: { maxDatagramSize: 2_000 } });
    const events = new RecordedUpstream();
    const upstream = stage.session.subscribe(REQUEST, events);
    say(stage, { subscription: 0, sequence: 1, timestamp: 0, payload: new Uint8Array(1_198) });
    say(stage, { subscription: 5, sequence: 1, timestamp: 0, payload: HI });
    for (const bytes of [[], [0], [0, 1, 0x40]]) stage.peer.connection.sendDatagram(Uint8Array.from(bytes));
    stage.settle();
    upstream.cancel();
    say(stage, { subscription: 0, sequence: 2, timestamp: 0, payload: HI });
    stage.settle();
    assert.deepEqual([events.log, stage.peer.closeCode()], [[], undefined]);
  });

  test(`${version}: one call sends a datagram to the subscribers of many sessions`, () => {
    const { world, clients, servers } = meeting(version, 3);
    const heard = clients.map(({ session }) => {
      const events = new RecordedUpstream();
      session.subscribe(REQUEST, new RecordedUpstream()).cancel();
      session.subscribe(REQUEST, events);
      return events;
    });
    world.settle();
    const subscribers = servers.map(({ handler }) => handler.subscriptions.at(-1)!.answer);
    assert.equal(sendToAll(subscribers, 7, 1_000, HI), 3);
    world.settle();
    for (const { log } of heard) assert.deepEqual(log, ["datagram 7 at 1000: 104,105"]);
  });

  test(`${version}: one subscriber can be sent a datagram by itself`, () => {
    const stage = new Stage(version);
    stage.peer.subscribe({ id: 3, ...TRACK });
    stage.settle();
    const { answer } = stage.handler.subscriptions[0]!;
    assert.equal(answer.sendDatagram?.(9, 48_000, HI), true);
    stage.settle();
    const [bytes] = stage.peer.datagrams;
    assert.deepEqual([...bytes!], [3, 9, 0x80, 0, 0xbb, 0x80, 0x68, 0x69]);
    const heard = decodeDatagram(new Cursor(bytes), VERSIONS[version]);
    assert.deepEqual([heard.subscription, heard.sequence, heard.timestamp], [3, 9, 48_000]);
  });

  test(`${version}: what does not fit into 1,200 bytes, or into the binding, has no header`, () => {
    for (const [maxDatagramSize, room] of [
      [5_000, 1_197],
      [500, 497],
      [0, undefined],
    ] as const) {
      const stage = new Stage(version, { world: { maxDatagramSize } });
      stage.peer.subscribe({ id: 3, ...TRACK });
      stage.settle();
      const { answer } = stage.handler.subscriptions[0]!;
      if (room !== undefined) {
        assert.deepEqual([...(answer.datagramHeader?.(9, 5, room) ?? [])], [3, 9, 5]);
        assert.equal(answer.sendDatagram?.(9, 5, new Uint8Array(room)), true);
      }
      assert.equal(answer.datagramHeader?.(9, 5, (room ?? 0) + 1), undefined);
      assert.equal(answer.sendDatagram?.(9, 5, new Uint8Array((room ?? 0) + 1)), false);
      answer.finish();
      assert.deepEqual([answer.datagramHeader?.(9, 5, 1), answer.sendDatagram?.(9, 5, HI)], [undefined, false]);
    }
  });
}

test("a version without datagrams neither takes nor sends them", () => {
  for (const version of WITHOUT) {
    const stage = new Stage(version);
    const events = new RecordedUpstream();
    stage.session.subscribe(REQUEST, events);
    stage.peer.connection.sendDatagram(Uint8Array.of(0, 1, 0, 7));
    stage.peer.subscribe({ id: 3, ...TRACK });
    stage.settle();
    const { answer } = stage.handler.subscriptions[0]!;
    assert.deepEqual([answer.datagramHeader?.(1, 0, 1), answer.sendDatagram?.(1, 0, HI)], [undefined, false], version);
    assert.deepEqual([events.log, stage.peer.closeCode()], [[], undefined], version);
  }
});

test("a datagram before the handshake is over belongs to nobody", () => {
  const stage = new Stage("moq-lite-06", { raw: true });
  say(stage, { subscription: 0, sequence: 1, timestamp: 0, payload: HI });
  stage.settle();
  assert.equal(stage.peer.closeCode(), undefined);
});

function say(stage: Stage, datagram: Datagram): void {
  const { connection, version } = stage.peer;
  assert.equal(connection.sendDatagram(bytesOf((writer) => encodeDatagram(writer, datagram, version))), true);
}

/** Several sessions of ours that one relay has in one world. */
function meeting(version: VersionName, count: number): { world: World; clients: End[]; servers: End[] } {
  const world = new World();
  const [clients, servers]: [End[], End[]] = [[], []];
  const bind = (ends: End[]) => (connection: Connection) => {
    const end = new End();
    ends.push(end);
    return end.bind(connection, liteOptions(world));
  };
  world.listen((request) => request.accept(VERSIONS[version].alpn, bind(servers)));
  for (let i = 0; i < count; i++) {
    const opening = { onConnection: bind(clients), onFailed: (reason: string) => assert.fail(reason) };
    world.network.dial(RELAY, { protocols: [VERSIONS[version].alpn] }, opening);
  }
  world.settle();
  return { world, clients, servers };
}

/** As whoever serves a track does it: one header for each, one body for all. */
function sendToAll(
  subscribers: readonly Subscriber[],
  sequence: number,
  timestamp: number,
  payload: Uint8Array,
): number {
  const headers: number[] = [];
  const ends = subscribers.map((subscriber) => {
    headers.push(...(subscriber.datagramHeader?.(sequence, timestamp, payload.length) ?? assert.fail("no header")));
    return headers.length;
  });
  const { carrier } = subscribers[0]!.connection;
  const connections = Uint32Array.from(subscribers, ({ connection }) => connection.handle);
  return carrier.sendDatagrams?.(connections, Uint8Array.from(headers), Uint32Array.from(ends), payload) ?? 0;
}
