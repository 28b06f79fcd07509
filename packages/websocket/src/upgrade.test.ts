import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import type { ConnectionRequest } from "@moq-relay/protocol/transport";
import { WebSocket } from "ws";
import type { WebSocketOptions } from "./index.ts";
import { admit, type Listener, listen } from "./testing/listen.ts";
import { ManualClock } from "./testing/manual-clock.ts";

type OnRequest = (request: ConnectionRequest, listener: Listener) => void;

async function listenFor(
  context: TestContext,
  onRequest: OnRequest,
  options: WebSocketOptions = {},
): Promise<Listener> {
  const listener = await listen(options, (request) => onRequest(request, listener));
  context.after(() => listener.close());
  return listener;
}

/** The subprotocol that the server chose, or the HTTP status of its refusal. */
async function knock(port: number, subprotocols: readonly string[], path = "/"): Promise<string | number> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...subprotocols]);
  const refused = new Promise<number>((resolve) => {
    ws.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
  });
  ws.on("error", () => {});
  const opened = once(ws, "open").then(() => {
    ws.terminate();
    return ws.protocol;
  });
  opened.catch(() => {});
  return Promise.race([opened, refused]);
}

/** Sends a request as it stands and returns the status line. */
async function send(port: number, request: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(request);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return answer.toString().split("\r\n")[0] ?? "";
}

test("the application sees the offers and says which; the newest framing for it is taken", async (context) => {
  const listener = await listenFor(context, (request, { connections }) => {
    const protocol = request.offers.includes("moq-lite-06") ? "moq-lite-06" : (request.offers[0] ?? "");
    assert.equal(request.info.path, "/live/a%20b?jwt=x.y&z=%2F");
    assert.match(request.info.remote, /^127\.0\.0\.1:\d+$/);
    request.accept(protocol, (connection) => {
      throw new Error(`no parameters came, so ${connection.handle} cannot stand: ${connections}`);
    });
  });
  const path = "/live/a%20b?jwt=x.y&z=%2F";
  const list = ["qmux-01.moq-lite-05", "qmux-00.moq-lite-06", "qmux-01.moq-lite-06", "qmux-02", "webtransport"];
  assert.equal(await knock(listener.port, list, path), "qmux-01.moq-lite-06");
  assert.deepEqual((await listener.requests.next()).offers, ["moq-lite-05", "moq-lite-06"]);
  assert.equal(await knock(listener.port, ["qmux-00", "qmux-01"], path), "qmux-01");
});

test("a client without a list is let in with the legacy framing", async (context) => {
  const listener = await listenFor(context, (request, { connections }) => {
    assert.deepEqual(request.offers, []);
    admit(request, connections);
  });
  assert.equal(await knock(listener.port, []), "");
  assert.equal((await listener.connections.next()).connection.info.protocol, "");
});

test("a request by way of a proxy, or from a web page, is told apart", async (context) => {
  const listener = await listenFor(context, (request) => request.reject(403));
  const cases: [string, boolean][] = [
    ["X-Nothing: 1", false],
    ["Origin: https://elsewhere.example", true],
    ["Forwarded: for=192.0.2.7", true],
    ["x-forwarded-for: 192.0.2.7", true],
    ["Via: 1.1 proxy", true],
  ];
  for (const [header, indirect] of cases) {
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
    const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
    await send(listener.port, `GET / HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n${key}\r\n${header}\r\n\r\n`);
    assert.equal((await listener.requests.next()).info.indirect, indirect, header);
  }
});

test("no match is HTTP 400, a refusal has its own status", async (context) => {
  const listener = await listenFor(context, (request) => {
    if (request.info.path === "/secret") request.reject(403);
    else request.accept("moq-lite-04", () => assert.fail("there is no match"));
  });
  assert.equal(await knock(listener.port, ["qmux-02.moq-lite-05", "qmux-02"]), 400);
  assert.equal(await knock(listener.port, []), 400);
  assert.equal(await knock(listener.port, ["qmux-02.moq-lite-04"], "/secret"), 403);
});

test("what is no upgrade to a WebSocket is HTTP 400, and nobody is asked", async (context) => {
  const listener = await listenFor(context, () => assert.fail("asked"));
  const head = "HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade:";
  assert.equal(await send(listener.port, `GET / ${head} h2c\r\n\r\n`), "HTTP/1.1 400 Bad Request");
  assert.equal(await send(listener.port, `POST / ${head} websocket\r\n\r\n`), "HTTP/1.1 400 Bad Request");
});

test("a broken WebSocket handshake is HTTP 400", async (context) => {
  const listener = await listenFor(context, (request) => request.accept("", () => assert.fail("let in")));
  const request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  assert.equal(await send(listener.port, request), "HTTP/1.1 400 Bad Request");
});

test("a full house is HTTP 503", async (context) => {
  const listener = await listenFor(context, (request, { connections }) => admit(request, connections), {
    maxConnections: 1,
  });
  const ws = new WebSocket(`ws://127.0.0.1:${listener.port}/`);
  await once(ws, "open");
  assert.equal(await knock(listener.port, []), 503);
  ws.terminate();
  const { closed } = await listener.connections.next();
  await closed;
  assert.equal(await knock(listener.port, []), "");
});

test("a request that nobody answers is HTTP 503 in the end", async (context) => {
  const clock = new ManualClock();
  const listener = await listenFor(context, () => {}, { clock });
  const answer = knock(listener.port, []);
  const request = await listener.requests.next();
  clock.advance(10_000);
  assert.equal(await answer, 503);
  request.accept("", () => assert.fail("let in"));
});

test("a client that left before the answer is no trouble", async (context) => {
  const listener = await listenFor(context, () => {});
  const ws = new WebSocket(`ws://127.0.0.1:${listener.port}/`);
  ws.on("error", () => {});
  const first = await listener.requests.next();
  ws.terminate();
  const gone = new WebSocket(`ws://127.0.0.1:${listener.port}/`);
  gone.on("error", () => {});
  const second = await listener.requests.next();
  gone.terminate();
  await new Promise((resolve) => gone.once("close", resolve));
  first.accept("", () => assert.fail("let in"));
  second.reject(404);
  const answer = knock(listener.port, []);
  admit(await listener.requests.next(), listener.connections);
  assert.equal(await answer, "");
});
