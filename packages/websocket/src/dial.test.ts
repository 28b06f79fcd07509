import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTcp } from "node:net";
import { type TestContext, test } from "node:test";
import { createWebSocketTransport, type Trust, type WebSocketDialOptions } from "./index.ts";
import { createAuthority, type Identity } from "./testing/certificates.ts";
import { admit, dial, type Listener, listen } from "./testing/listen.ts";
import { ManualClock } from "./testing/manual-clock.ts";

const SUBPROTOCOLS = ["qmux-02.moq-lite-06"];

function reasonOf(url: string, options: WebSocketDialOptions = { protocols: [] }): Promise<string> {
  return new Promise((resolve) => {
    const events = { onConnection: () => assert.fail("connected"), onFailed: resolve };
    createWebSocketTransport().dial(url, options, events);
  });
}

test("the offers are those of the protocols, in order", async (context) => {
  const server = createHttp();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const failed = reasonOf(`http://127.0.0.1:${port}/`, { protocols: ["moq-lite-06", "moqt-18"] });
  const [request, socket] = await once(server, "upgrade");
  assert.equal(
    request.headers["sec-websocket-protocol"],
    "qmux-02.moq-lite-06,qmux-01.moq-lite-06,qmux-00.moq-lite-06,qmux-01.moqt-18,qmux-02,qmux-01,qmux-00,webtransport",
  );
  socket.destroy();
  assert.match(await failed, /hang up/);
});

test("a dial that cannot succeed fails with a reason", async (context) => {
  const silent = createTcp((socket) => socket.destroy());
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  context.after(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  assert.match(await reasonOf(`ws://127.0.0.1:${port}/`), /hang up|reset/);
  assert.match(await reasonOf(`wss://127.0.0.1:${port}/`), /disconnected|reset/);
  assert.match(await reasonOf("ws://127.0.0.1:1/"), /ECONNREFUSED/);
  for (const url of ["", "nonsense", "ftp://127.0.0.1/", "ws://"]) {
    assert.equal(await reasonOf(url), "not a URL that can be dialled");
  }
  assert.match(await reasonOf("ws://127.0.0.1:1/#fragment"), /fragment/);
  const nonsense = { protocols: [], certificate: { cert: "nonsense", key: "nonsense" } };
  assert.match(await reasonOf("wss://127.0.0.1:1/", nonsense), /PEM/);
  assert.match(await reasonOf("ws://127.0.0.1:1/", { protocols: ["no token"] }), /subprotocol/);
});

test("a server that says nothing is given up after ten seconds", async (context) => {
  const silent = createTcp();
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const clock = new ManualClock();
  const transport = createWebSocketTransport({ clock });
  const failed = dial(transport, `ws://127.0.0.1:${port}/`, SUBPROTOCOLS);
  const [socket] = await once(silent, "connection");
  context.after(() => {
    socket.destroy();
    silent.close();
  });
  clock.advance(10_000);
  await assert.rejects(failed, /timed out/);
});

interface Secure {
  readonly listener: Listener;
  readonly url: string;
  readonly server: Identity;
  readonly client: Identity;
  readonly ca: string;
}

async function listenSecurely(context: TestContext): Promise<Secure> {
  const authority = await createAuthority();
  const server = await authority.issue("server");
  const { cert, key } = server;
  const https = createHttps({ cert, key, ca: authority.ca, requestCert: true, rejectUnauthorized: false });
  const listener = await listen({}, admit, https);
  context.after(() => listener.close());
  const url = `wss://127.0.0.1:${listener.port}/secret?token=1`;
  return { listener, url, server, client: await authority.issue("node"), ca: authority.ca };
}

function dialSecurely({ url }: Secure, trust: Trust) {
  return dial(createWebSocketTransport(), url, SUBPROTOCOLS, trust);
}

test("a server is believed by its authority, its hash, or blindly, and tells its certificate in the first case", async (context) => {
  const secure = await listenSecurely(context);
  const { ca, server } = secure;
  const verified = await dialSecurely(secure, { ca });
  assert.equal(verified.connection.info.peerCertificates.length >= 1, true);
  const pinned = await dialSecurely(secure, { certificateHashes: ["00".repeat(32), server.hash.toUpperCase()] });
  const blind = await dialSecurely(secure, { insecure: true });
  for (const { connection } of [pinned, blind]) assert.deepEqual(connection.info.peerCertificates, []);
  for (const { connection } of [verified, pinned, blind]) connection.close(0, "");
});

test("a server that is not believed never sees the request", async (context) => {
  const secure = await listenSecurely(context);
  const other = await createAuthority();
  await assert.rejects(dialSecurely(secure, {}), /certificate/);
  await assert.rejects(dialSecurely(secure, { ca: other.ca }), /certificate|signature/);
  await assert.rejects(dialSecurely(secure, { certificateHashes: ["11".repeat(32)] }), /another hash/);
  const good = await dialSecurely(secure, { ca: secure.ca });
  const { info } = await secure.listener.requests.next();
  assert.equal(info.path, "/secret?token=1");
  const seen = secure.listener.requests.next();
  good.connection.close(0, "");
  assert.equal(await Promise.race([seen, good.closed.then(() => "none")]), "none");
});

test("the server sees a client's certificate when it was verified", async (context) => {
  const secure = await listenSecurely(context);
  const { ca, client } = secure;
  const known = await dialSecurely(secure, { ca, certificate: client });
  const [leaf] = (await secure.listener.requests.next()).info.peerCertificates;
  assert.match(client.cert.replaceAll(/\s/g, ""), new RegExp(escaped(Buffer.from(leaf!).toString("base64"))));
  const stranger = await (await createAuthority()).issue("stranger");
  const unknown = await dialSecurely(secure, { ca, certificate: stranger });
  assert.deepEqual((await secure.listener.requests.next()).info.peerCertificates, []);
  for (const { connection } of [known, unknown]) connection.close(0, "");
});

function escaped(text: string): string {
  return text.replaceAll(/[+/]/g, "\\$&");
}
