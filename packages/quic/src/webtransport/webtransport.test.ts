import assert from "node:assert/strict";
import type { ReadableStream } from "node:stream/web";
import { type Peer, Stage } from "../testing/peer.ts";
import { quicTest } from "../testing/quic-test.ts";
import { WebTransport, WebTransportError } from "./index.ts";

async function open(stage: Stage): Promise<{ session: WebTransport; server: Peer }> {
  const value = Buffer.from(stage.certificate.sha256, "hex");
  const session = new WebTransport(stage.webTransportTarget, {
    protocols: ["moq-lite-06", "moq-lite-05"],
    serverCertificateHashes: [{ algorithm: "sha-256", value }],
    engine: stage.client,
  });
  const [, server] = await Promise.all([session.ready, stage.arrived.next()]);
  return { session, server };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function rejection(promise: Promise<unknown>): Promise<WebTransportError> {
  const error = await promise.then(
    () => assert.fail("resolved"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WebTransportError, String(error));
  return error;
}

quicTest("a session is ready with the protocol that the server chose", async () => {
  await using stage = await Stage.open();
  stage.onRequest = (request) => stage.admit(request, "moq-lite-05");
  const { session } = await open(stage);
  assert.equal(session.protocol, "moq-lite-05");
  assert.ok(session.datagrams.maxDatagramSize > 1000);
  const stats = await session.getStats();
  assert.ok((stats.bytesSent as number) > 0);
});

quicTest("streams carry bytes both ways", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  const writer = (await session.createUnidirectionalStream()).getWriter();
  await writer.write(new TextEncoder().encode("one"));
  await writer.write(new TextEncoder().encode(" way").buffer);
  await writer.close();
  assert.equal(await (await server.unis.next()).ends.text(), "one way");

  const { readable, writable } = await session.createBidirectionalStream();
  const request = writable.getWriter();
  await request.write(new TextEncoder().encode("question"));
  await request.close();
  const asked = await server.bidis.next();
  assert.equal(await asked.ends.text(), "question");
  asked.stream.send.write(Buffer.from("answer"));
  asked.stream.send.finish();
  assert.equal(await readAll(readable), "answer");
});

quicTest("streams of the server arrive", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  const { stream } = server.uni();
  stream.write(Buffer.from("pushed"));
  stream.finish();
  const two = server.bidi();
  two.stream.send.write(Buffer.from("asked"));
  two.stream.send.finish();
  const uni = await session.incomingUnidirectionalStreams.getReader().read();
  assert.equal(await readAll(uni.value as ReadableStream<Uint8Array>), "pushed");
  const bidi = await session.incomingBidirectionalStreams.getReader().read();
  assert.ok(bidi.value);
  assert.equal(await readAll(bidi.value.readable), "asked");
  const writer = bidi.value.writable.getWriter();
  await writer.write(new TextEncoder().encode("told"));
  await writer.close();
  assert.equal(await two.ends.text(), "told");
});

quicTest("abort resets and cancel stops, with the code of the error", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  const { readable, writable } = await session.createBidirectionalStream();
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(10));
  const { stream, ends } = await server.bidis.next();
  stream.send.write(Buffer.from("x"));
  await writer.abort(new WebTransportError("", { streamErrorCode: 4_000_000_000 }));
  await readable.cancel(new WebTransportError("", { streamErrorCode: 17 }));
  assert.equal(await ends.received, 4_000_000_000);
  assert.deepEqual(await ends.sent, { stopped: 17 });
});

quicTest("a reset and a stop of the peer are errors with a code", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  const { readable, writable } = await session.createBidirectionalStream();
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(10));
  const { stream } = await server.bidis.next();
  stream.send.reset(21);
  stream.recv.stop(22);
  const read = await rejection(readable.getReader().read());
  assert.deepEqual([read.source, read.streamErrorCode], ["stream", 21]);
  const written = await rejection(writer.closed);
  assert.deepEqual([written.source, written.streamErrorCode], ["stream", 22]);
});

quicTest("a writer waits for a reader that does not read", async () => {
  await using stage = await Stage.open({}, { limits: { highMark: 100_000, lowMark: 10_000 } });
  const { session, server } = await open(stage);
  const writer = (await session.createUnidirectionalStream()).getWriter();
  const size = 8 << 20;
  let written = false;
  const writing = writer.write(new Uint8Array(size)).then(() => {
    written = true;
  });
  const { stream, ends } = await server.unis.next();
  stream.pause();
  const echo = server.bidi();
  echo.stream.send.write(Buffer.from("x"));
  await session.incomingBidirectionalStreams.getReader().read();
  assert.equal(written, false);
  stream.resume();
  await writing;
  await writer.close();
  await ends.received;
  assert.equal(ends.bytes, size);
});

quicTest("a reader that does not read holds the peer back", async () => {
  await using stage = await Stage.open({}, { limits: { maxConnectionReceive: 1 << 20 } });
  const { session, server } = await open(stage);
  const size = 4 << 20;
  const { stream, ends } = server.uni();
  stream.write(new Uint8Array(size));
  stream.finish();
  const { value } = await session.incomingUnidirectionalStreams.getReader().read();
  assert.ok(value);
  const other = server.uni();
  other.stream.finish();
  await other.ends.sent;
  assert.ok(stream.queued > 0, "most of it waits at the sender");
  assert.equal((await readAll(value)).length, size);
  assert.equal(await ends.sent, "delivered");
});

quicTest("datagrams go both ways", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  await session.datagrams.createWritable().getWriter().write(Buffer.from("ping"));
  assert.equal(Buffer.from(await server.datagrams.next()).toString(), "ping");
  server.connection.sendDatagram(Buffer.from("pong"));
  const { value } = await session.datagrams.readable.getReader().read();
  assert.equal(Buffer.from(value as Uint8Array).toString(), "pong");
});

quicTest("close tells the server code and reason, and ends everything here", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  const { readable } = await session.createBidirectionalStream();
  session.close({ closeCode: 4_000_000_000, reason: "é".repeat(1000) });
  const { code, reason, by } = await server.closed;
  assert.deepEqual([code, reason, by], [4_000_000_000, "é".repeat(512), "peer"]);
  assert.equal((await session.closed).closeCode, 4_000_000_000);
  assert.equal((await rejection(readable.getReader().read())).source, "session");
  assert.equal((await session.incomingUnidirectionalStreams.getReader().read()).done, true);
  await assert.rejects(session.createUnidirectionalStream(), { name: "InvalidStateError" });
});

quicTest("a close of the server resolves closed", async () => {
  await using stage = await Stage.open();
  const { session, server } = await open(stage);
  server.connection.close(33, "enough");
  assert.deepEqual(await session.closed, { closeCode: 33, reason: "enough" });
});

quicTest("a refused session rejects ready and closed", async () => {
  await using stage = await Stage.open();
  stage.onRequest = (request) => request.reject(403);
  const session = new WebTransport(stage.webTransportTarget, { ca: stage.authority.pem, engine: stage.client });
  assert.match((await rejection(session.ready)).message, /403/);
  assert.equal((await rejection(session.closed)).source, "session");
  await rejection(session.createBidirectionalStream());
});

quicTest("a session that is closed before it is ready never is", async () => {
  await using stage = await Stage.open();
  const session = new WebTransport(stage.webTransportTarget, { ca: stage.authority.pem, engine: stage.client });
  session.close();
  await rejection(session.ready);
  await rejection(session.closed);
});

quicTest("URLs that are not https are a SyntaxError", async () => {
  for (const url of ["http://localhost/", "nonsense", "https://localhost/#fragment"]) {
    assert.throws(() => new WebTransport(url), { name: "SyntaxError" });
  }
});
