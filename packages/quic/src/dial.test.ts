import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { dial } from "./dial.ts";
import { DialFailure, Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";

async function failure(dialled: Promise<unknown>): Promise<DialFailure> {
  try {
    await dialled;
  } catch (error) {
    assert.ok(error instanceof DialFailure, String(error));
    return error;
  }
  assert.fail("the dial succeeded");
}

quicTest("IPv6 is served and dialled", async () => {
  await using stage = await Stage.open({ address: "[::1]:0" });
  assert.match(stage.listener.address, /^\[::1\]:\d+$/);
  for (const target of [`[::1]:${stage.listener.port}`, `https://[::1]:${stage.listener.port}/six`]) {
    const { client, server } = await stage.pair(target);
    assert.match(client.connection.info.remote, /^\[::1\]:\d+$/);
    assert.match(server.connection.info.remote, /^\[::1\]:\d+$/);
  }
});

quicTest("a socket for both families serves IPv4 too, and shows its address as IPv4", async () => {
  await using stage = await Stage.open({ address: "[::]:0" });
  const { server } = await stage.pair(`127.0.0.1:${stage.listener.port}`);
  assert.match(server.connection.info.remote, /^127\.0\.0\.1:\d+$/);
});

quicTest("a name is dialled at whichever of its addresses answers", async () => {
  // "localhost" has both families on most machines, and the listener only one.
  await using stage = await Stage.open({ address: "127.0.0.1:0" });
  await stage.pair(`localhost:${stage.listener.port}`);
});

quicTest("a name without addresses fails, and so does a target that makes no sense", async () => {
  await using stage = await Stage.open();
  assert.match((await failure(stage.dial("no-such-name.invalid:4443"))).message, /no-such-name\.invalid/);
  for (const target of ["localhost", "localhost:x", "localhost:99999", "http://localhost/", "https://", ""]) {
    assert.match((await failure(stage.dial(target))).message, /host:port|https/, target);
  }
});

quicTest("unusable options fail the dial and do not throw", async () => {
  await using stage = await Stage.open();
  assert.match((await failure(stage.dial(stage.rawTarget, { ca: "nonsense" }))).message, /certificate/);
  const certificate = { cert: stage.certificate.cert, key: "nonsense" };
  assert.match((await failure(stage.dial(stage.rawTarget, { certificate }))).message, /key/);
});

quicTest("a dial that nobody answers times out", async () => {
  await using stage = await Stage.open();
  const mute = createSocket("udp4");
  mute.bind(0, "127.0.0.1");
  await once(mute, "listening");
  const { message } = await failure(stage.dial(`127.0.0.1:${mute.address().port}`, { timeout: 300 }));
  assert.match(message, /timed out/);
  mute.close();
});

quicTest("a client without a common ALPN is refused", async () => {
  await using stage = await Stage.open();
  const { message } = await failure(stage.dial(stage.rawTarget, { protocols: ["nobody-speaks-this"] }));
  assert.match(message, /application protocol|120/i);
});

quicTest("on raw QUIC the server's order of ALPNs counts", async () => {
  await using stage = await Stage.open();
  const { client, server } = await stage.pair(stage.rawTarget, { protocols: ["moq-lite-05", "moq-lite-06"] });
  assert.equal(client.connection.info.protocol, "moq-lite-06");
  assert.equal(server.connection.info.protocol, "moq-lite-06");
});

quicTest("WebTransport and raw QUIC share the port, and the server sees which is which", async () => {
  await using stage = await Stage.open();
  const raw = await stage.pair(stage.rawTarget);
  const web = await stage.pair(`${stage.webTransportTarget}room?jwt=x`, { protocols: ["b", "a"] });
  assert.equal(raw.server.connection.info.binding, "quic");
  assert.equal(raw.server.connection.info.path, "");
  assert.equal(web.server.connection.info.binding, "webtransport");
  assert.equal(web.server.connection.info.path, "/room?jwt=x");
  assert.equal(web.client.connection.info.path, "/room?jwt=x");
});

quicTest("a WebTransport client is let in without a protocol", async () => {
  await using stage = await Stage.open();
  stage.onRequest = (request) => stage.admit(request, "");
  const { client, server } = await stage.pair(stage.webTransportTarget, { protocols: ["b", "a"] });
  assert.equal(client.connection.info.protocol, "");
  assert.equal(server.connection.info.protocol, "");
});

quicTest("a protocol that was not offered ends the request", async () => {
  await using stage = await Stage.open();
  stage.onRequest = (request) => stage.admit(request, "never-offered");
  await failure(stage.dial(stage.webTransportTarget));
});

quicTest("a listener without WebTransport refuses it", async () => {
  await using stage = await Stage.open({ webTransport: false });
  await stage.pair();
  await failure(stage.dial(stage.webTransportTarget));
});

quicTest("clients above the cap are refused", async () => {
  await using stage = await Stage.open({ maxConnections: 2, retry: "never" });
  await stage.pair();
  await stage.pair();
  await failure(stage.dial());
});

quicTest("a retry proves the client's address before anything else", async () => {
  await using stage = await Stage.open({ retry: "always" });
  for (const target of [stage.rawTarget, stage.webTransportTarget]) await stage.pair(target);
});

quicTest("a closed listener takes no new clients, and those that are in stay", async () => {
  await using stage = await Stage.open();
  const { client, server } = await stage.pair();
  stage.listener.close();
  await failure(stage.dial(stage.rawTarget, { timeout: 500 }));
  client.bidi().stream.send.write(Buffer.from("x"));
  await server.bidis.next();
});

quicTest("a closed listener's port is free after its last connection", async () => {
  await using stage = await Stage.open();
  const { address } = stage.listener;
  const { client, server } = await stage.pair();
  stage.listener.close();
  client.connection.close(0, "");
  await server.closed;
  for (;;) {
    try {
      await using _again = await Stage.open({ address });
      return;
    } catch {
      // Not yet; the test's own timeout ends it otherwise.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});

quicTest("a client that leaves before it is answered is forgotten", async () => {
  await using stage = await Stage.open();
  stage.onRequest = () => {};
  const dialling = stage.dial(stage.webTransportTarget, { timeout: 300 });
  const request = await stage.requests.next();
  await failure(dialling);
  while (stage.server.census.sessions > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  request.accept("moq-lite-06", () => assert.fail("let in"));
  await new Promise(setImmediate);
});

quicTest("a port that is taken is an error of listen", async () => {
  await using stage = await Stage.open();
  await assert.rejects(Stage.open({ address: stage.listener.address }), /in use/);
  await assert.rejects(Stage.open({ address: "nonsense" }), /address/);
});

quicTest("a dial that is cancelled on its way tells nobody", async () => {
  await using stage = await Stage.open();
  stage.onRequest = () => dialling.cancel();
  const events = { onConnection: () => assert.fail("connected"), onFailed: () => assert.fail("failed") };
  const options = { protocols: ["a"], ca: stage.authority.pem, engine: stage.client };
  const dialling = dial(stage.webTransportTarget, options, events);
  await stage.requests.next();
  stage.onRequest = (request) => stage.admit(request);
  await stage.pair();
  assert.equal(stage.client.census.sessions, 1);
});
