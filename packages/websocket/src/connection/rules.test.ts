import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Frame } from "../codec/frame.ts";
import type { Framing } from "../codec/framing.ts";
import type { TransportParameters } from "../codec/parameters.ts";
import { MAX_VARINT } from "../codec/varint.ts";
import { VIOLATIONS, type ViolationName } from "../codec/violation.ts";
import type { WebSocketOptions } from "../index.ts";
import { listen } from "../testing/listen.ts";
import { RawPeer } from "../testing/raw-peer.ts";
import { type Recorder, StreamRecord } from "../testing/recorder.ts";

const KIB = 1_024;
const LIMITS = { maxConnectionReceive: 256 * KIB, maxUniStreams: 8, maxBidiStreams: 8 };
/** A quarter of the connection's. */
const STREAM_WINDOW = 64 * KIB;

interface Stage {
  readonly peer: RawPeer;
  readonly ours: Recorder;
}

interface Wish {
  readonly framing?: Framing;
  readonly parameters?: Partial<TransportParameters>;
  readonly options?: WebSocketOptions;
}

/** A raw client at our server, with parameters exchanged. */
async function stageOf(context: TestContext, { framing = "qmux-02", parameters, options }: Wish = {}): Promise<Stage> {
  const listener = await listen({ limits: LIMITS, ...options });
  context.after(() => listener.close());
  const peer = await RawPeer.connect(listener.port, framing);
  context.after(() => peer.ws.terminate());
  if (framing !== "legacy") {
    peer.agree(parameters);
    await peer.next("parameters");
  }
  return { peer, ours: await listener.connections.next() };
}

function stream(id: number, offset: number, data: Uint8Array | number, fin = false): Frame {
  return { type: "stream", id, offset, data: typeof data === "number" ? new Uint8Array(data) : data, fin };
}

function reset(id: number, finalSize: number, code = 1): Frame {
  return { type: "reset", id, code, finalSize, at: false };
}

/** Fills a window in pieces that fit into messages. */
function fill(peer: RawPeer, id: number, from: number, to: number): void {
  for (let at = from; at < to; at += 16_000) peer.send(stream(id, at, Math.min(16_000, to - at)));
}

async function assertViolation({ peer, ours }: Stage, name: ViolationName): Promise<void> {
  const close = await peer.next("close");
  assert.deepEqual(close, { type: "close", byApplication: false, code: VIOLATIONS[name], reason: name });
  assert.deepEqual(await ours.closed, { code: 0, reason: name, by: "lost" });
  await peer.closed;
}

const QMUX = ["qmux-02", "qmux-01", "qmux-00"] as const;

for (const framing of QMUX) {
  test(`${framing}: the first frame is the parameters, and there is no other before the peer's`, async (context) => {
    const listener = await listen({ limits: LIMITS });
    context.after(() => listener.close());
    const peer = await RawPeer.connect(listener.port, framing);
    await peer.settle();
    assert.equal(peer.messages.length, 1);
    const { parameters } = await peer.next("parameters");
    assert.equal(parameters.maxData, 256 * KIB);
    assert.equal(parameters.maxStreamDataUni, STREAM_WINDOW);
    assert.equal(parameters.maxStreamsUni, 8);
    assert.equal(parameters.maxDatagramFrame, framing === "qmux-00" ? 0 : 1_203);
    assert.equal(parameters.resetStreamAt, framing === "qmux-02");
    peer.agree();
    const ours = await listener.connections.next();
    ours.connection.openUni(0, new StreamRecord()).write(Uint8Array.of(1));
    assert.equal((await peer.next("stream")).id, 3);
  });

  test(`${framing}: a frame before the parameters ends the connection before it stands`, async (context) => {
    const listener = await listen();
    context.after(() => listener.close());
    const peer = await RawPeer.connect(listener.port, framing);
    peer.send(stream(0, 0, 1));
    assert.equal((await peer.next("close")).reason, "transport parameters must come first, and once");
    await peer.closed;
  });

  test(`${framing}: a second set of parameters is a violation`, async (context) => {
    const stage = await stageOf(context, { framing });
    stage.peer.agree();
    await assertViolation(stage, "transport parameters must come first, and once");
  });
}

const VIOLATING: readonly [string, ViolationName, (peer: RawPeer) => void, Framing?][] = [
  ["a stream beyond the grant", "more streams than were granted", (p) => p.send(stream(2 + 8 * 4, 0, 1))],
  ["an enormous stream id", "more streams than were granted", (p) => p.sendHex("0e c000010000000002 00 01 07")],
  ["bytes after FIN", "bytes after the end of a stream", (p) => p.send(stream(2, 0, 5, true), stream(2, 5, 1))],
  [
    "bytes after a reset",
    "bytes after the end of a stream",
    (p) => p.send(stream(2, 0, 5), reset(2, 5), stream(2, 5, 1)),
  ],
  ["a gap", "stream bytes out of order", (p) => p.send(stream(2, 0, 5), stream(2, 7, 1))],
  ["a repetition", "stream bytes out of order", (p) => p.send(stream(2, 0, 5), stream(2, 3, 5))],
  ["a final size beyond the window", "more bytes than were granted", (p) => p.send(reset(2, STREAM_WINDOW + 1))],
  ["bytes on a one-way stream of ours", "frame for a stream that cannot have it", (p) => p.send(stream(3, 0, 1))],
  ["bytes on a stream that we never opened", "frame for a stream that cannot have it", (p) => p.send(stream(1, 0, 1))],
  [
    "a stop of their one-way stream",
    "frame for a stream that cannot have it",
    (p) => p.send({ type: "stop", id: 2, code: 0 }),
  ],
  [
    "a stop of what we never opened",
    "frame for a stream that cannot have it",
    (p) => p.send({ type: "stop", id: 7, code: 0 }),
  ],
  ["an unknown frame", "unknown frame type", (p) => p.sendHex("1e 00")],
  ["a cut frame", "a frame is cut short", (p) => p.sendHex("0e 00 00 09 01")],
  ["a record above its limit", "message too large", (p) => p.ws.send(new Uint8Array(16_383))],
  ["a frame above the limit of qmux-00", "message too large", (p) => p.ws.send(new Uint8Array(16_385)), "qmux-00"],
  [
    "a large datagram",
    "datagram that was not asked for",
    (p) => p.send({ type: "datagram", data: new Uint8Array(1_201), size: 0 }),
  ],
  ["a ping that does not rise", "ping out of order", (p) => p.sendHex("f48c67529ef8c7bd 05 f48c67529ef8c7bd 05")],
  ["an answer to no ping", "ping out of order", (p) => p.sendHex("f48c67529ef8c7be 07")],
  ["an unknown legacy frame", "unknown frame type", (p) => p.sendHex("10 01"), "legacy"],
];

for (const [what, name, act, framing = "qmux-02"] of VIOLATING) {
  test(`${framing}: ${what} ends the connection, and says why`, async (context) => {
    const stage = await stageOf(context, { framing });
    act(stage.peer);
    await assertViolation(stage, name);
  });
}

test("a byte beyond a stream's window ends the connection", async (context) => {
  const stage = await stageOf(context);
  stage.peer.send(stream(2, 0, 0));
  (await stage.ours.unis.next()).stream.pause();
  fill(stage.peer, 2, 0, STREAM_WINDOW + 1);
  await assertViolation(stage, "more bytes than were granted");
});

test("a byte beyond the connection's window ends the connection", async (context) => {
  const stage = await stageOf(context);
  const paused = (async () => {
    for (let i = 0; i < 4; i++) (await stage.ours.unis.next()).stream.pause();
  })();
  // Streams that are paused at once: nothing is taken, so nothing is granted anew.
  for (let i = 0; i < 4; i++) stage.peer.send(stream(2 + 4 * i, 0, 0));
  await paused;
  for (let i = 0; i < 4; i++) fill(stage.peer, 2 + 4 * i, 0, STREAM_WINDOW);
  stage.peer.send(stream(2 + 16, 0, 1));
  await assertViolation(stage, "more bytes than were granted");
});

test("a text message ends the connection in every framing", async (context) => {
  for (const framing of [...QMUX, "legacy"] as const) {
    const stage = await stageOf(context, { framing });
    stage.peer.ws.send("hello");
    assert.equal((await stage.peer.next("close")).reason, "text message");
    assert.equal(await stage.peer.closed, 1003);
    assert.equal((await stage.ours.closed).by, "lost");
  }
});

test("pings are answered, and in qmux-01 in any order", async (context) => {
  const { peer } = await stageOf(context, { framing: "qmux-01" });
  for (const sequence of [5n, 5n, 0n, MAX_VARINT]) {
    peer.send({ type: "ping", response: false, sequence });
    assert.deepEqual(await peer.next("ping"), { type: "ping", response: true, sequence });
  }
});

test("windows are granted anew when half of them was taken", async (context) => {
  const { peer } = await stageOf(context);
  fill(peer, 2, 0, STREAM_WINDOW / 2 - 1);
  await peer.settle();
  fill(peer, 2, STREAM_WINDOW / 2 - 1, STREAM_WINDOW / 2);
  assert.deepEqual(await peer.next("max-stream-data"), { type: "max-stream-data", id: 2, max: 1.5 * STREAM_WINDOW });
  fill(peer, 2, STREAM_WINDOW / 2, 1.5 * STREAM_WINDOW);
  fill(peer, 6, 0, STREAM_WINDOW / 2);
  assert.deepEqual(await peer.next("max-data"), { type: "max-data", max: (128 + 256) * KIB });
});

test("a paused stream gets no new window until it is resumed", async (context) => {
  const { peer, ours } = await stageOf(context);
  peer.send(stream(2, 0, 0));
  const { stream: recv, record } = await ours.unis.next();
  recv.pause();
  fill(peer, 2, 0, STREAM_WINDOW);
  await peer.settle();
  assert.equal(peer.messages.length, 1);
  recv.resume();
  // Taken in the pieces in which it came: with the third, half of the window was free.
  assert.equal((await peer.next("max-stream-data")).max, 48_000 + STREAM_WINDOW);
  peer.send(stream(2, STREAM_WINDOW, 0, true));
  assert.equal(((await record.received) as Buffer).length, STREAM_WINDOW);
});

test("what a reset leaves unsent counts as taken", async (context) => {
  const { peer } = await stageOf(context);
  for (let i = 0; i < 2; i++) peer.send(reset(2 + 4 * i, STREAM_WINDOW));
  assert.equal((await peer.next("max-data")).max, (128 + 256) * KIB);
});

test("places of ended streams are granted anew", async (context) => {
  const { peer, ours } = await stageOf(context);
  peer.send(stream(2, 0, 1, true));
  assert.deepEqual(await peer.next("max-streams"), { type: "max-streams", kind: "uni", max: 9 });
  peer.send(stream(0, 0, 1, true));
  const { stream: bidi } = await ours.bidis.next();
  await peer.settle();
  bidi.send.finish();
  assert.deepEqual(await peer.next("max-streams"), { type: "max-streams", kind: "bidi", max: 9 });
});

test("streams may arrive in any order, and late ones are not taken for ended ones", async (context) => {
  const { peer, ours } = await stageOf(context);
  peer.send(stream(2 + 4 * 5, 0, 1, true), stream(2, 0, 2, true), stream(2 + 4 * 3, 0, 3, true));
  for (const size of [1, 2, 3]) {
    assert.equal(((await (await ours.unis.next()).record.received) as Buffer).length, size);
  }
});

test("peers that always send offset 0, or final size 0, are borne with", async (context) => {
  const { peer, ours } = await stageOf(context);
  peer.send(stream(2, 0, 5), stream(2, 0, 5), reset(2, 0, 77));
  assert.equal(await (await ours.unis.next()).record.received, 77);
});

test("a stop is answered by a reset with its code and what was sent", async (context) => {
  const { peer, ours } = await stageOf(context);
  const record = new StreamRecord();
  ours.connection.openUni(0, record).write(new Uint8Array(1_000));
  assert.equal((await peer.next("stream")).data.length, 1_000);
  peer.send({ type: "stop", id: 3, code: 99 });
  assert.deepEqual(await peer.next("reset"), { type: "reset", id: 3, code: 99, finalSize: 1_000, at: false });
  assert.equal(await record.sent, 99);
});

test("no more is sent than the peer has granted", async (context) => {
  const { peer, ours } = await stageOf(context, {
    parameters: { maxData: 1_500, maxStreamDataUni: 1_000, maxStreamsUni: 2 },
  });
  const streams = [3, 2, 1].map((priority) => {
    const send = ours.connection.openUni(priority, new StreamRecord());
    send.write(new Uint8Array(5_000));
    send.finish();
    return send;
  });
  assert.equal((await peer.next("stream")).data.length, 1_000);
  assert.equal((await peer.next("stream")).data.length, 500);
  await peer.settle();
  peer.send({ type: "max-data", max: 1 << 20 });
  assert.deepEqual(await sizeOf(peer), [7, 500, 500]);
  peer.send({ type: "max-stream-data", id: 3, max: 1 << 20 });
  assert.deepEqual(await sizeOf(peer), [3, 1_000, 4_000]);
  await peer.settle();
  assert.equal(streams[2]?.queued, 5_000);
  peer.send({ type: "max-streams", kind: "uni", max: 3 });
  assert.deepEqual(await sizeOf(peer), [11, 0, 1_000]);
});

async function sizeOf(peer: RawPeer): Promise<[number, number, number]> {
  const { id, offset, data } = await peer.next("stream");
  return [id, offset, data.length];
}

test("a two-way stream that is reset before it has a place is reset when it gets one", async (context) => {
  const { peer, ours } = await stageOf(context, { parameters: { maxStreamsBidi: 0 } });
  const record = new StreamRecord();
  const bidi = ours.connection.openBidi(0, record);
  bidi.send.write(new Uint8Array(100));
  bidi.send.reset(8);
  await peer.settle();
  peer.send({ type: "max-streams", kind: "bidi", max: 1 });
  assert.deepEqual(await peer.next("reset"), { type: "reset", id: 1, code: 8, finalSize: 0, at: false });
  peer.send(stream(1, 0, Uint8Array.of(42), true));
  assert.deepEqual(await record.received, Buffer.of(42));
});

test("a stream that is given up before it has a place never takes one", async (context) => {
  const { peer, ours } = await stageOf(context, { parameters: { maxStreamsBidi: 0, maxStreamsUni: 0 } });
  const uni = ours.connection.openUni(9, new StreamRecord());
  uni.write(new Uint8Array(100));
  const bidi = ours.connection.openBidi(9, new StreamRecord());
  bidi.send.write(new Uint8Array(100));
  await peer.settle();
  uni.reset(1);
  bidi.recv.stop(1);
  bidi.send.reset(1);
  ours.connection.openUni(0, new StreamRecord()).write(Uint8Array.of(7));
  peer.send({ type: "max-streams", kind: "bidi", max: 1 }, { type: "max-streams", kind: "uni", max: 1 });
  const frame = await peer.next("stream");
  assert.deepEqual([frame.id, ...frame.data], [3, 7]);
  assert.equal(peer.messages.length, 2);
});

test("a stop of a stream without a place follows its first bytes", async (context) => {
  const { peer, ours } = await stageOf(context, { parameters: { maxStreamsBidi: 0 } });
  const bidi = ours.connection.openBidi(0, new StreamRecord());
  bidi.send.write(Uint8Array.of(1));
  bidi.recv.stop(5);
  await peer.settle();
  peer.send({ type: "max-streams", kind: "bidi", max: 1 });
  assert.equal((await peer.frames.next()).type, "stream");
  assert.deepEqual(await peer.next("stop"), { type: "stop", id: 1, code: 5 });
});

test("frames are small enough for every released peer, and share records", async (context) => {
  for (const framing of [...QMUX, "legacy"] as const) {
    const { peer, ours } = await stageOf(context, { framing });
    const before = peer.messages.length;
    for (let i = 0; i < 20; i++) ours.connection.openUni(0, new StreamRecord()).write(new Uint8Array(100));
    for (let i = 0; i < 20; i++) assert.equal((await peer.next("stream")).data.length, 100);
    assert.equal(peer.messages.length - before, framing === "qmux-02" || framing === "qmux-01" ? 1 : 20);
    ours.connection.openUni(0, new StreamRecord()).write(new Uint8Array(100_000));
    let sum = 0;
    while (sum < 100_000) {
      const { data } = await peer.next("stream");
      assert.ok(data.length <= 16_352);
      sum += data.length;
    }
    assert.ok(peer.messages.every((message) => message.length <= 16_382));
  }
});

test("a peer that asks and does not listen is given up", async (context) => {
  const { peer, ours } = await stageOf(context, { options: { maxControlQueue: 8 * KIB } });
  const pings = Array.from({ length: 1_500 }, (_, i) => `f48c67529ef8c7bd ${(0x4000 + i).toString(16)}`).join("");
  peer.sendHex(pings);
  assert.deepEqual(await ours.closed, { code: 0, reason: "answers are not read", by: "lost" });
});

for (const framing of ["qmux-00", "legacy"] as const) {
  test(`${framing}: there are no datagrams, whatever the peer says that it takes, and no empty one either`, async (context) => {
    // Legacy clients say nothing before they send something.
    const { ours } = await stageOf(context, { framing, parameters: { maxDatagramFrame: 2_000 } });
    assert.equal(ours.connection.maxDatagramSize, 0);
    assert.equal(ours.connection.sendDatagram(new Uint8Array()), false);
    assert.equal(ours.connection.sendDatagram(new Uint8Array(1)), false);
  });
}

test("a transport's goodbye, a closed socket and a broken one are losses", async (context) => {
  const acts: readonly [(peer: RawPeer) => void, RegExp][] = [
    [(peer) => peer.send({ type: "close", byApplication: false, code: 3, reason: "no" }), /^no$/],
    [(peer) => peer.ws.close(1000), /without a goodbye/],
    [(peer) => peer.ws.terminate(), /without a goodbye/],
    [(peer) => peer.ws.send(new Uint8Array(1 << 20)), /payload/i],
  ];
  for (const [act, reason] of acts) {
    const { peer, ours } = await stageOf(context);
    act(peer);
    const closed = await ours.closed;
    assert.deepEqual({ ...closed, reason: "" }, { code: 0, reason: "", by: "lost" });
    assert.match(closed.reason, reason);
  }
});
