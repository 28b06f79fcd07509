import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import Session, { StreamError } from "@moq/qmux";
import { WebSocket, WebSocketServer } from "ws";
import { createWebSocketTransport } from "./index.ts";
import { dial, listen } from "./testing/listen.ts";
import { type Recorder, StreamRecord } from "./testing/recorder.ts";

/** Both ends of one connection: ours, and the npm package's. */
interface Ends {
  readonly ours: Recorder;
  readonly theirs: Session;
}

/** The peer's typings want the DOM's streams; Node's are the same. */
type Readable = ReadableStream<Uint8Array>;

function pattern(length: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 0xff));
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function next<T>(streams: ReadableStream<T>): Promise<T> {
  const reader = streams.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  assert.ok(value !== undefined);
  return value;
}

/** The typings of `ws` and of the peer disagree about event handlers; the objects do not. */
function asPeerSees(ws: WebSocket): Parameters<typeof Session.accept>[0] {
  return ws as never;
}

/** Their client dials our server. */
async function theyDial(context: TestContext, subprotocol: string): Promise<Ends> {
  const listener = await listen();
  const theirs = new Session(asPeerSees(new WebSocket(`ws://127.0.0.1:${listener.port}/`, [subprotocol])));
  const ours = await listener.connections.next();
  await theirs.ready;
  context.after(() => {
    theirs.close();
    return listener.close();
  });
  return { ours, theirs };
}

/** Our client dials their server. */
async function weDial(context: TestContext, subprotocol: string): Promise<Ends> {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: (names) => [...names][0] ?? false,
  });
  const accepted = new Promise<Session>((resolve) =>
    server.on("connection", (ws) => resolve(Session.accept(asPeerSees(ws)))),
  );
  const transport = createWebSocketTransport({ closeTimeout: 1_000 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ours = await dial(transport, `ws://127.0.0.1:${port}/`, [subprotocol]);
  const theirs = await accepted;
  context.after(() => {
    theirs.close();
    transport.close(0, "");
    server.close();
    for (const ws of server.clients) ws.terminate();
  });
  return { ours, theirs };
}

/** More than a stream's window at either end. */
const LARGE = 1_500_000;

async function carryToThem({ ours, theirs }: Ends): Promise<void> {
  const record = new StreamRecord();
  const stream = ours.connection.openUni(0, record);
  const bytes = pattern(LARGE, 1);
  stream.write(bytes);
  stream.finish();
  const received = await readAll(await next(theirs.incomingUnidirectionalStreams));
  assert.ok(received.equals(bytes));
  assert.equal(await record.sent, "delivered");
}

async function carryToUs({ ours, theirs }: Ends): Promise<void> {
  const writer = (await theirs.createUnidirectionalStream()).getWriter();
  const bytes = pattern(LARGE, 2);
  void writer.write(bytes).then(() => writer.close());
  const { record } = await ours.unis.next();
  assert.ok(bytes.equals((await record.received) as Buffer));
}

async function echo({ ours, theirs }: Ends): Promise<void> {
  const asked = await theirs.createBidirectionalStream();
  const writer = asked.writable.getWriter();
  const bytes = pattern(300_000, 3);
  void writer.write(bytes).then(() => writer.close());
  const { stream, record } = await ours.bidis.next();
  stream.send.write((await record.received) as Buffer);
  stream.send.finish();
  assert.ok((await readAll(asked.readable)).equals(bytes));

  const answer = new StreamRecord();
  const ask = ours.connection.openBidi(0, answer);
  ask.send.write(bytes);
  ask.send.finish();
  const heard = await next(theirs.incomingBidirectionalStreams);
  const question = await readAll(heard.readable);
  const reply = heard.writable.getWriter();
  void reply.write(question).then(() => reply.close());
  assert.ok(bytes.equals((await answer.received) as Buffer));
}

async function resetAndStop({ ours, theirs }: Ends): Promise<void> {
  const record = new StreamRecord();
  const ourReset = ours.connection.openUni(0, record);
  ourReset.write(pattern(100, 4));
  const reader = (await next(theirs.incomingUnidirectionalStreams)).getReader();
  await reader.read();
  ourReset.reset(26);
  await assert.rejects(reader.read(), (error: StreamError) => error.streamErrorCode === 26);

  const stopped = new StreamRecord();
  ours.connection.openUni(0, stopped).write(pattern(100, 5));
  await (await next(theirs.incomingUnidirectionalStreams)).cancel(new StreamError(31));
  assert.equal(await stopped.sent, 31);

  const theirReset = (await theirs.createUnidirectionalStream()).getWriter();
  await theirReset.write(pattern(100, 6));
  const first = await ours.unis.next();
  await theirReset.abort(new StreamError(7));
  assert.equal(await first.record.received, 7);

  const theirStopped = (await theirs.createUnidirectionalStream()).getWriter();
  await theirStopped.write(pattern(100, 7));
  const second = await ours.unis.next();
  second.stream.stop(9);
  await assert.rejects(theirStopped.closed, (error: StreamError) => error.streamErrorCode === 9);
}

/** More than the hundred streams that they grant at once. */
async function manyStreams({ ours, theirs }: Ends): Promise<void> {
  const count = 250;
  const records = Array.from({ length: count }, (_, i) => {
    const record = new StreamRecord();
    const stream = ours.connection.openUni(0, record);
    stream.write(pattern(200, i));
    stream.finish();
    return record;
  });
  const reader = theirs.incomingUnidirectionalStreams.getReader();
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const { value } = await reader.read();
    bytes += (await readAll(value!)).length;
  }
  reader.releaseLock();
  assert.equal(bytes, count * 200);
  for (const record of records) assert.equal(await record.sent, "delivered");
  for (let i = 0; i < count; i++) {
    const writer = (await theirs.createUnidirectionalStream()).getWriter();
    void writer.write(pattern(200, i));
    void writer.close();
    const { record } = await ours.unis.next();
    assert.ok(pattern(200, i).equals((await record.received) as Buffer));
  }
}

async function datagrams(ends: Ends): Promise<void> {
  const { ours, theirs } = ends;
  // They know our limits when the first stream has come.
  await carryToThem(ends);
  assert.ok(ours.connection.maxDatagramSize >= 1_200);
  assert.equal(theirs.datagrams.maxDatagramSize, 1_200);
  assert.ok(ours.connection.sendDatagram(pattern(1_200, 1)));
  const reader = theirs.datagrams.readable.getReader();
  assert.ok(pattern(1_200, 1).equals((await reader.read()).value!));
  await theirs.datagrams.writable.getWriter().write(pattern(1_200, 2));
  assert.ok(pattern(1_200, 2).equals(await ours.datagrams.next()));
}

const FRAMINGS = ["qmux-02.moq-lite-05", "qmux-01.moq-lite-05", "qmux-00.moq-lite-05", "qmux-01", "webtransport"];

for (const [who, connect] of [
  ["their client, our server", theyDial],
  ["our client, their server", weDial],
] as const) {
  for (const subprotocol of FRAMINGS) {
    const name = `${who}, ${subprotocol}`;
    const options = { timeout: 30_000 };

    test(`${name}: bytes, ends, resets and stops cross over`, options, async (context) => {
      const ends = await connect(context, subprotocol);
      assert.equal(ends.ours.connection.info.protocol, subprotocol.split(".")[1] ?? "");
      await carryToThem(ends);
      await carryToUs(ends);
      await echo(ends);
      await resetAndStop(ends);
      await manyStreams(ends);
    });

    test(`${name}: datagrams cross over, where there are any`, options, async (context) => {
      const ends = await connect(context, subprotocol);
      if (/^qmux-0[12]/.test(subprotocol)) await datagrams(ends);
      else assert.equal(ends.ours.connection.maxDatagramSize, 0);
    });

    test(`${name}: our goodbye reaches them`, options, async (context) => {
      const { ours, theirs } = await connect(context, subprotocol);
      ours.connection.close(42, "enough");
      assert.deepEqual(await theirs.closed, { closeCode: 42, reason: "enough" });
      assert.deepEqual(await ours.closed, { code: 42, reason: "enough", by: "local" });
    });

    test(`${name}: their goodbye reaches us`, options, async (context) => {
      const { ours, theirs } = await connect(context, subprotocol);
      theirs.close({ closeCode: 43, reason: "that was all" });
      assert.deepEqual(await ours.closed, { code: 43, reason: "that was all", by: "peer" });
    });
  }
}
