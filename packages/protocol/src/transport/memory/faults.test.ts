import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, firstDifference, pattern } from "../compliance/bytes.ts";
import type { Side } from "../compliance/pair.ts";
import { ConnectionRecord } from "../compliance/recording.ts";
import { Signal } from "../compliance/signal.ts";
import { CLIENT, emptyNetwork, SERVER, type TwoEnds, twoEnds } from "../compliance/two-ends.ts";

const OPTIONS = { delay: 10, keepAlive: 150, idleTimeout: 2_000, dialTimeout: 5_000 };

function silenceBoth({ network }: TwoEnds): void {
  network.way(CLIENT, SERVER).silence();
  network.way(SERVER, CLIENT).silence();
}

function isOpen(side: Side): boolean {
  return side.record.closed === undefined;
}

function healBoth({ network }: TwoEnds): void {
  network.way(CLIENT, SERVER).heal();
  network.way(SERVER, CLIENT).heal();
}

test("what streams carry through a silence arrives after it, in order", () => {
  const ends = twoEnds(OPTIONS);
  const { stream, record } = ends.client.uni();
  stream.write(pattern(1_000, 0));
  ends.clock.advance(5);
  silenceBoth(ends);
  stream.write(pattern(1_000, 1));
  ends.clock.advance(1_700);
  stream.write(pattern(1_000, 2));
  stream.finish();
  ends.clock.advance(50);
  assert.equal(ends.server.record.unis.length, 0);
  healBoth(ends);
  ends.clock.advance(9);
  assert.equal(ends.server.record.unis.length, 0, "the way takes its time again");
  ends.clock.advance(100);
  const received = ends.server.record.unis[0]?.record;
  assert.equal(
    firstDifference(received?.bytes() ?? pattern(0, 0), concat([0, 1, 2].map((i) => pattern(1_000, i)))),
    -1,
  );
  assert.equal(received?.fin, true);
  assert.deepEqual(record.end(stream.handle), { by: "delivered" });
  assert.ok(isOpen(ends.client));
  assert.deepEqual(ends.signal.violations, []);
});

test("sinceReceived shows the signs of life, grows in silence and starts again after it", () => {
  const ends = twoEnds(OPTIONS);
  const since = () => ends.server.connection.stats().sinceReceived ?? Number.NaN;
  for (let i = 0; i < 100; i++) {
    ends.clock.advance(37);
    assert.ok(since() < 150, `${since()} ms on an idle link`);
  }
  const before = since();
  ends.network.way(CLIENT, SERVER).silence();
  ends.clock.advance(1_000);
  assert.equal(Math.round(since()), Math.round(before + 1_000));
  const { sinceReceived } = ends.client.connection.stats();
  assert.ok((sinceReceived ?? Number.NaN) < 150, "the other way is well");
  ends.network.way(CLIENT, SERVER).heal();
  ends.clock.advance(5);
  assert.equal(Math.round(since()), Math.round(before + 1_005), "nothing has arrived yet");
  ends.clock.advance(10);
  assert.equal(Math.round(since()), 5);
});

test("heartbeats show silence sooner than the signs of life of a connection at rest", () => {
  const ends = twoEnds({ ...OPTIONS, keepAlive: 1_000, idleTimeout: 5_000 });
  const since = () => ends.client.connection.stats().sinceReceived ?? Number.NaN;
  ends.clock.advance(990);
  assert.ok(since() > 900);
  ends.client.connection.heartbeat?.(150);
  ends.clock.advance(30);
  for (let i = 0; i < 100; i++) {
    ends.clock.advance(37);
    assert.ok(since() < 150, `${since()} ms with heartbeats`);
  }
  silenceBoth(ends);
  ends.clock.advance(400);
  assert.ok(since() >= 400);
  healBoth(ends);
  ends.client.connection.heartbeat?.(0);
  ends.clock.advance(900);
  assert.ok(since() > 800, "no more of them");
});

test("a link that heals in time is not lost, however often it falls silent", () => {
  const ends = twoEnds(OPTIONS);
  for (let i = 0; i < 20; i++) {
    silenceBoth(ends);
    ends.clock.advance(1_700);
    healBoth(ends);
    ends.clock.advance(100);
  }
  assert.ok(isOpen(ends.client));
  assert.ok(isOpen(ends.server));
});

test("an end that hears nothing for the idle timeout is lost, and at that time", () => {
  const ends = twoEnds(OPTIONS);
  const since = ends.server.connection.stats().sinceReceived ?? Number.NaN;
  silenceBoth(ends);
  ends.clock.advance(2_000 - since - 1);
  assert.ok(isOpen(ends.server));
  ends.clock.advance(2);
  assert.deepEqual(ends.server.record.closed, { code: 0, reason: "nothing was heard of the peer", by: "lost" });
  ends.clock.advance(200);
  assert.equal(ends.client.record.closed?.by, "lost");
  assert.equal(ends.network.carrier.handles.size, 0);
});

test("of a one-way silence the deaf end is lost first, the other when the first has gone", () => {
  const ends = twoEnds(OPTIONS);
  ends.network.way(CLIENT, SERVER).silence();
  ends.clock.advance(2_001);
  assert.equal(ends.server.record.closed?.by, "lost");
  assert.ok(isOpen(ends.client));
  ends.clock.advance(2_001);
  assert.equal(ends.client.record.closed?.by, "lost");
});

test("a close that falls into a silence arrives after it", () => {
  const ends = twoEnds(OPTIONS);
  silenceBoth(ends);
  ends.client.connection.close(3, "bye");
  ends.clock.advance(1_000);
  assert.equal(ends.client.record.closed?.by, "local");
  assert.ok(isOpen(ends.server));
  healBoth(ends);
  ends.clock.advance(20);
  assert.deepEqual(ends.server.record.closed, { code: 3, reason: "bye", by: "peer" });
});

test("a close that never arrives is silence to the peer", () => {
  const ends = twoEnds(OPTIONS);
  silenceBoth(ends);
  ends.client.connection.close(3, "bye");
  ends.clock.advance(2_001);
  assert.equal(ends.server.record.closed?.by, "lost");
});

test("a cut loses every connection between two addresses at once, and no other", () => {
  const ends = twoEnds(OPTIONS);
  const second = ends.connect();
  const { stream } = ends.client.uni();
  stream.write(pattern(100, 1));
  ends.network.cut("elsewhere.test:1", SERVER);
  ends.clock.advance(1);
  assert.ok(isOpen(ends.client));
  ends.network.cut(SERVER, CLIENT, "the cable is out");
  assert.equal(ends.client.record.closed, undefined, "not from inside the call");
  ends.clock.advance(0);
  for (const side of [ends.client, ends.server, second.client, second.server]) {
    assert.deepEqual(side.record.closed, { code: 0, reason: "the cable is out", by: "lost" });
  }
  ends.clock.advance(5_000);
  assert.deepEqual(ends.signal.violations, []);
  assert.equal(ends.connect().client.record.closed, undefined, "one can dial again");
});

test("a process that vanishes hears nothing; its peer notices by silence, and it can come back", () => {
  const ends = twoEnds(OPTIONS);
  const { stream } = ends.server.uni();
  stream.write(pattern(100, 1));
  ends.network.vanish(SERVER);
  stream.write(pattern(100, 2));
  ends.client.uni().stream.write(pattern(100, 3));
  ends.clock.advance(1_500);
  assert.equal(ends.client.record.unis[0]?.record.length ?? 0, 0, "what had not left is gone");
  assert.ok(isOpen(ends.client));
  ends.clock.advance(600);
  assert.equal(ends.client.record.closed?.by, "lost");
  assert.ok(isOpen(ends.server));
  assert.equal(ends.server.record.unis.length, 0);
  assert.equal(ends.network.carrier.handles.size, 0);
});

test("who comes in the place of a process that vanished can tell those who dialled it, before they notice", () => {
  const ends = twoEnds(OPTIONS);
  ends.network.disown(SERVER);
  ends.clock.advance(500);
  assert.ok(isOpen(ends.client), "it is there");
  ends.network.vanish(SERVER);
  ends.clock.advance(100);
  ends.network.disown(SERVER);
  ends.clock.advance(149);
  assert.ok(isOpen(ends.client));
  ends.clock.advance(20);
  assert.equal(ends.client.record.closed?.by, "lost");
});

test("who was dialled by a process that vanished is not told: the next one has another port", () => {
  const ends = twoEnds(OPTIONS);
  ends.network.vanish(CLIENT);
  ends.network.disown(CLIENT);
  ends.clock.advance(1_500);
  assert.ok(isOpen(ends.server));
});

test("a process that vanishes while it dials hears nothing of its dial", () => {
  const ends = twoEnds(OPTIONS);
  const events: string[] = [];
  ends.network.dial(
    SERVER,
    { from: CLIENT },
    {
      onConnection: () => {
        events.push("connection");
        return new ConnectionRecord(new Signal());
      },
      onFailed: (reason) => events.push(reason),
    },
  );
  ends.clock.advance(15);
  ends.network.vanish(CLIENT);
  ends.clock.advance(10_000);
  assert.deepEqual(events, []);
  assert.equal(ends.network.carrier.handles.size, 0);
});

test("datagrams are lost in silence and stay lost", () => {
  const ends = twoEnds(OPTIONS);
  ends.client.connection.sendDatagram(Uint8Array.of(1));
  ends.clock.advance(5);
  silenceBoth(ends);
  ends.client.connection.sendDatagram(Uint8Array.of(2));
  ends.clock.advance(100);
  healBoth(ends);
  ends.client.connection.sendDatagram(Uint8Array.of(3));
  ends.clock.advance(100);
  assert.deepEqual(
    ends.server.record.datagrams.map(([byte]) => byte),
    [3],
  );
  assert.equal(ends.client.connection.stats().packetsLost, 1);
});

/** Dials and notes what comes of it, with the time. */
function dialNoting(network: ReturnType<typeof emptyNetwork>) {
  const events: string[] = [];
  const note = (what: string) => events.push(`${Math.round(network.clock.now())} ${what}`);
  const dialling = network.network.dial(
    SERVER,
    { from: CLIENT },
    {
      onConnection: () => {
        note("connection");
        return new ConnectionRecord(new Signal());
      },
      onFailed: (reason, status) => note(status === undefined ? reason : `${reason} (${status})`),
    },
  );
  return { events, dialling };
}

test("a dial to where nobody listens fails after a round trip", () => {
  const empty = emptyNetwork(OPTIONS);
  const { events } = dialNoting(empty);
  empty.clock.advance(10_000);
  assert.deepEqual(events, [`20 nobody listens at ${SERVER}`]);
});

test("a dial into silence fails after its timeout, or stands when the way heals in time", () => {
  for (const healed of [false, true]) {
    const empty = emptyNetwork(OPTIONS);
    empty.network.listen(SERVER, (request) => request.accept("", () => new ConnectionRecord(new Signal())));
    empty.network.way(CLIENT, SERVER).silence();
    const { events } = dialNoting(empty);
    empty.clock.advance(4_000);
    if (healed) empty.network.way(CLIENT, SERVER).heal();
    empty.clock.advance(6_000);
    assert.deepEqual(events, healed ? ["4020 connection"] : ["5000 no answer within 5000 ms"]);
  }
});

test("a dial that was given up is over for a server that had let it in", () => {
  for (const how of ["cancelled", "silent"] as const) {
    const empty = emptyNetwork(OPTIONS);
    const record = new ConnectionRecord(new Signal());
    empty.network.listen(SERVER, (request) => request.accept("", () => record));
    const { events, dialling } = dialNoting(empty);
    empty.clock.advance(12);
    if (how === "cancelled") dialling.cancel();
    else empty.network.way(SERVER, CLIENT).silence();
    empty.clock.advance(10_000);
    assert.deepEqual(events, how === "cancelled" ? [] : ["5000 no answer within 5000 ms"]);
    assert.equal(record.closed?.by, "peer");
    assert.equal(empty.network.carrier.handles.size, 0);
  }
});

test("a listener that is closed takes no more clients and keeps those it has", () => {
  const empty = emptyNetwork(OPTIONS);
  const record = new ConnectionRecord(new Signal());
  const listener = empty.network.listen(SERVER, (request) => request.accept("", () => record));
  const first = dialNoting(empty);
  empty.clock.advance(100);
  listener.close();
  const second = dialNoting(empty);
  empty.clock.advance(100);
  assert.deepEqual(first.events, ["20 connection"]);
  assert.deepEqual(second.events, [`120 nobody listens at ${SERVER}`]);
  assert.equal(record.closed, undefined);
});

test("where handles run out, dials and streams are refused and nothing breaks", () => {
  const empty = emptyNetwork({ ...OPTIONS, maxHandles: 3 });
  empty.network.listen(SERVER, (request) => request.accept("", () => new ConnectionRecord(new Signal())));
  const first = dialNoting(empty);
  empty.clock.advance(100);
  const second = dialNoting(empty);
  empty.clock.advance(10_000);
  assert.deepEqual(first.events, ["20 connection"]);
  assert.deepEqual(second.events, ["120 no handles left"]);
  const third = dialNoting(empty);
  empty.clock.advance(10_000);
  assert.deepEqual(third.events.length, 1);
});

test("a stream that finds no handle at its acceptor is stopped with code 5", () => {
  const ends = twoEnds({ ...OPTIONS, maxHandles: 3 });
  const { stream, record } = ends.client.uni();
  assert.notEqual(stream.handle, 0);
  assert.equal(ends.client.uni().stream.handle, 0);
  stream.write(pattern(10, 1));
  ends.clock.advance(100);
  assert.deepEqual(record.end(stream.handle), { by: "stopped", code: 5 });
  assert.equal(ends.server.record.unis.length, 0);
});

test("what arrives at a busy process waits there in order, and the connection lives on", () => {
  const ends = twoEnds(OPTIONS);
  const { stream } = ends.client.uni();
  stream.write(pattern(100, 0));
  ends.clock.advance(50);
  const way = ends.network.way(CLIENT, SERVER);
  way.hold();
  stream.write(pattern(100, 1));
  ends.clock.advance(5_000);
  stream.write(pattern(100, 2));
  stream.finish();
  ends.clock.advance(1_000);
  const received = ends.server.record.unis[0]!.record;
  assert.equal(received.bytes().length, 100);
  assert.ok(isOpen(ends.client) && isOpen(ends.server), "signs of life need no process");
  way.release();
  ends.clock.advance(0);
  assert.equal(firstDifference(received.bytes(), concat([0, 1, 2].map((i) => pattern(100, i)))), -1);
  assert.equal(received.fin, true);
  assert.deepEqual(ends.signal.violations, []);
});

test("what waited out a silence is not overtaken when the way gets shorter", () => {
  const ends = twoEnds(OPTIONS);
  const { stream } = ends.client.uni();
  stream.write(pattern(100, 0));
  ends.clock.advance(50);
  const way = ends.network.way(CLIENT, SERVER);
  silenceBoth(ends);
  stream.write(pattern(100, 1));
  ends.clock.advance(100);
  way.delay = 500;
  healBoth(ends);
  way.delay = 10;
  stream.write(pattern(100, 2));
  ends.clock.advance(1_000);
  const received = ends.server.record.unis[0]!.record;
  assert.equal(firstDifference(received.bytes(), concat([0, 1, 2].map((i) => pattern(100, i)))), -1);
});
