import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { parseSocketAddress } from "../config/index.ts";
import { defaultLimits, type Limits } from "../limits.ts";
import {
  type BroadcastList,
  type Explanation,
  expose,
  type InsideView,
  internalApp,
  type Listing,
  limitReading,
  listen,
  type OnUpgrade,
  type RelayView,
  webApp,
} from "./index.ts";

const ANY = parseSocketAddress("127.0.0.1:0");

const VIEW: RelayView = {
  unready: () => undefined,
  fingerprint: () => "ab".repeat(32),
  announced: async (prefix) =>
    prefix === "closed" ? "forbidden" : { names: [`${prefix}:one`, "two"], complete: true },
  fetch: async (broadcast, track, group) => {
    if (broadcast === "closed") return "forbidden";
    if (broadcast === "gone") return "no broadcast";
    return broadcast === "room/cam" && track !== "gone" ? frames(track, String(group)) : "not found";
  },
  readings: [],
};

const INSIDE: InsideView = {
  explain: async (broadcast) => ({ broadcast, complete: true, found: false, ways: [], tracks: [], addresses: {} }),
  broadcasts: async (prefix) => {
    const at = { id: "a", address: "" };
    return { complete: true, truncated: false, broadcasts: [{ name: prefix, at, readers: 0, tracks: [] }] };
  },
  nodes: async () => ({ cluster: false, complete: true, nodes: [] }),
};

async function* frames(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

interface Serving {
  readonly port: number;
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
}

async function serve(
  t: TestContext,
  view: Partial<RelayView> = {},
  limits: Partial<Limits> = {},
  onUpgrade?: OnUpgrade,
): Promise<Serving> {
  const all = { ...defaultLimits(), ...limits };
  const app = webApp({ ...VIEW, ...view }, all);
  const listener = await listen({
    address: ANY,
    fetch: app.fetch as (request: Request) => Promise<Response>,
    limits: all,
    ...(onUpgrade && { onUpgrade }),
  });
  t.after(() => listener.close(0));
  const { port } = listener.address;
  assert.notEqual(port, 0);
  return { port, get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

/** Opens a socket, writes, and gives all that comes until the other side closes. */
async function raw(t: TestContext, port: number, text: string): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.write(text);
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes.toString();
  });
  await new Promise((resolve) => socket.once("close", resolve).on("error", () => {}));
  return answer;
}

test("the pages that a client asks for can be read from any site", async (t) => {
  const { get } = await serve(t);
  const pages: [string, number, string][] = [
    ["/health", 200, "ok\n"],
    ["/certificate.sha256", 200, "ab".repeat(32)],
    ["/announced", 200, ":one\ntwo\n"],
    ["/announced/", 200, ":one\ntwo\n"],
    ["/announced/room/a%20b/", 200, "room/a b:one\ntwo\n"],
    ["/announced/closed", 403, "not open to all\n"],
    ["/announced/%ff", 400, "the path is not valid\n"],
    ["/fetch/room/cam/video", 200, "videolatest"],
    ["/fetch/room/cam/video?group=latest", 200, "videolatest"],
    ["/fetch/room/cam/video?group=42", 200, "video42"],
    ["/fetch/room/cam/video?group=-1", 400, "group must be a number or latest\n"],
    ["/fetch/video", 400, "write /fetch/<broadcast>/<track>\n"],
    ["/fetch/closed/video", 403, "not open to all\n"],
    ["/fetch/gone/video", 404, "nobody publishes the broadcast gone\n"],
    ["/fetch/room/cam/gone", 404, "the broadcast room/cam has no track gone\n"],
    ["/fetch/room/cam/gone?group=7", 404, "the broadcast room/cam has no track gone, or no group 7 of it any more\n"],
    ["/anything", 404, "a relay for Media over QUIC: connect by WebTransport or WebSocket\n"],
  ];
  for (const [path, status, body] of pages) {
    const answer = await get(path, { headers: { origin: "https://site.example" } });
    assert.deepEqual([answer.status, await answer.text()], [status, body], path);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*", path);
  }
});

test("a listing stops at its cap and says so", async (t) => {
  const { get } = await serve(
    t,
    { announced: async () => ({ names: ["a", "b", "c"], complete: true }) },
    { httpAnnounced: 2 },
  );
  const answer = await get("/announced");
  assert.equal(await answer.text(), "a\nb\n");
  assert.equal(answer.headers.get("moq-truncated"), "true");
});

test("a listing that the cluster has not confirmed says so", async (t) => {
  const { get } = await serve(t, { announced: async () => ({ names: ["a"], complete: false }) });
  const answer = await get("/announced");
  assert.deepEqual([await answer.text(), answer.headers.get("moq-stale")], ["a\n", "true"]);
  assert.equal((await (await serve(t)).get("/announced")).headers.get("moq-stale"), null);
});

test("listings beyond the cap are refused until one ends, in whatever way", { timeout: 10_000 }, async (t) => {
  const waiting: PromiseWithResolvers<Listing>[] = [];
  const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const announced = (): Promise<Listing> => {
    const one = Promise.withResolvers<Listing>();
    arrived[waiting.push(one) - 1]?.resolve();
    return one.promise;
  };
  const { get } = await serve(t, { announced }, { httpListings: 1 });
  const first = get("/announced/a");
  await arrived[0]!.promise;
  assert.equal((await get("/announced/b")).status, 503);
  waiting[0]!.reject(new Error("secret"));
  assert.equal((await first).status, 500);
  const second = get("/announced/c");
  await arrived[1]!.promise;
  waiting[1]!.resolve({ names: ["x"], complete: true });
  assert.equal(await (await second).text(), "x\n");
});

test("a group that does not end in time is cut off, and nobody waits for it any more", {
  timeout: 10_000,
}, async (t) => {
  let left = false;
  async function* endless(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield new TextEncoder().encode("first");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      left = true;
    }
  }
  const { get } = await serve(
    t,
    { fetch: async (_broadcast, _track, _group, signal) => endless(signal) },
    { httpFetchTimeout: 50 },
  );
  const answer = await get("/fetch/room/cam/video");
  assert.equal(answer.status, 200);
  await assert.rejects(answer.text());
  assert.equal(left, true);
});

test("a client that does not read is cut off, and no more is taken for it than the socket holds", {
  timeout: 30_000,
}, async (t) => {
  const left = Promise.withResolvers<void>();
  let taken = 0;
  async function* plenty(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        taken += 1 << 16;
        yield new Uint8Array(1 << 16);
      }
    } finally {
      left.resolve();
    }
  }
  const { port } = await serve(t, { fetch: async () => plenty() }, { httpFetchStall: 100 });
  const client = connect(port, "127.0.0.1");
  const closed = new Promise((resolve) => client.once("close", resolve).on("error", () => {}));
  client.pause();
  client.write("GET /fetch/room/cam/video HTTP/1.1\r\nHost: x\r\n\r\n");
  await left.promise;
  assert.ok(taken < 64 << 20, `${taken} bytes were taken`);
  client.resume();
  await closed;
});

test("a client that waits for a slow group is not taken for one that does not read", { timeout: 10_000 }, async (t) => {
  async function* slow(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 3; i++) {
      yield new TextEncoder().encode("x");
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }
  const { get } = await serve(t, { fetch: async () => slow() }, { httpFetchStall: 30 });
  assert.equal(await (await get("/fetch/room/cam/video")).text(), "xxx");
});

test("a group that does not come in time is refused", { timeout: 10_000 }, async (t) => {
  const { get } = await serve(t, { fetch: () => new Promise(() => {}) }, { httpFetchTimeout: 20 });
  assert.equal((await get("/fetch/room/cam/video")).status, 504);
});

test("fetches beyond the cap are refused until one ends", { timeout: 10_000 }, async (t) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("x");
    await held;
  }
  const { get } = await serve(t, { fetch: async () => slow() }, { httpFetches: 1 });
  const first = await get("/fetch/room/cam/video");
  assert.equal((await get("/fetch/room/cam/video")).status, 503);
  release();
  assert.equal(await first.text(), "x");
  assert.equal((await get("/fetch/room/cam/video")).status, 200);
});

test("a client that goes away ends its fetch", { timeout: 10_000 }, async (t) => {
  const gone = Promise.withResolvers<void>();
  async function* endless(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.addEventListener("abort", () => gone.resolve());
    while (!signal.aborted) {
      yield new Uint8Array(1 << 16);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const { get } = await serve(t, { fetch: async (_broadcast, _track, _group, signal) => endless(signal) });
  const leave = new AbortController();
  const answer = await get("/fetch/room/cam/video", { signal: leave.signal });
  assert.equal(answer.status, 200);
  leave.abort();
  await gone.promise;
});

test("an error inside is an answer, not an end", async (t) => {
  const { get } = await serve(t, { fetch: () => Promise.reject(new Error("secret")) });
  const answer = await get("/fetch/room/cam/video");
  assert.deepEqual([answer.status, await answer.text()], [500, "internal error\n"]);
  assert.equal((await get("/health")).status, 200);
});

test("a WebSocket on any path is handed over with path, query and subprotocols as they came", {
  timeout: 10_000,
}, async (t) => {
  const sockets = new WebSocketServer({ noServer: true });
  const seen: (string | undefined)[] = [];
  const { port, get } = await serve(t, {}, {}, (request, socket, head) => {
    seen.push(request.url, request.headers["sec-websocket-protocol"]);
    sockets.handleUpgrade(request, socket, head, (open) => open.send("hello"));
  });
  const client = new WebSocket(`ws://127.0.0.1:${port}/fetch/room?jwt=a%2Fb`, ["qmux-01", "webtransport"]);
  t.after(() => client.terminate());
  const hello = await new Promise((resolve, reject) => client.once("message", resolve).once("error", reject));
  assert.equal(String(hello), "hello");
  assert.deepEqual(seen, ["/fetch/room?jwt=a%2Fb", "qmux-01,webtransport"]);
  assert.equal((await get("/health")).status, 200);
});

test("an upgrade to something else, or where WebSocket is off, is an ordinary request", {
  timeout: 10_000,
}, async (t) => {
  const on = await serve(t, {}, {}, () => assert.fail("no WebSocket"));
  const off = await serve(t);
  const request = (upgrade: string): string =>
    `GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\n\r\n`;
  assert.match(await raw(t, on.port, request("h2c")), /^HTTP\/1\.1 200 /);
  assert.match(await raw(t, off.port, request("websocket")), /^HTTP\/1\.1 200 /);
});

test("a socket that is reset after the upgrade throws nothing", { timeout: 10_000 }, async (t) => {
  const closed = Promise.withResolvers<void>();
  const { port, get } = await serve(t, {}, {}, (_request, socket) => {
    socket.once("close", () => closed.resolve());
    socket.resume();
  });
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", () =>
    client.resetAndDestroy(),
  );
  await closed.promise;
  assert.equal((await get("/health")).status, 200);
});

test("headers that do not end in time close the connection", { timeout: 10_000 }, async (t) => {
  const { port } = await serve(t, {}, { httpHeaderTimeout: 100 });
  assert.match(await raw(t, port, "GET /health HTTP/1.1\r\nHost:"), /^HTTP\/1\.1 408 /);
});

test("headers that are too large are refused", { timeout: 10_000 }, async (t) => {
  const { port } = await serve(t, {}, { httpHeader: 2_048 });
  const request = `GET /health HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(4_096)}\r\n\r\n`;
  assert.match(await raw(t, port, request), /^HTTP\/1\.1 431 /);
});

test("connections beyond the cap are closed at once, and those that are open go on", { timeout: 10_000 }, async (t) => {
  const { port } = await serve(t, {}, { httpConnections: 1 });
  const held = connect(port, "127.0.0.1");
  t.after(() => held.destroy());
  await new Promise((resolve) => held.once("connect", resolve));
  assert.equal(await raw(t, port, ""), "");
  held.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  const [answer] = await new Promise<[Buffer]>((resolve) => held.once("data", (bytes) => resolve([bytes as Buffer])));
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
});

test("a port that is taken is an error that names it", async (t) => {
  const { port } = await serve(t);
  const again = listen({
    address: parseSocketAddress(`127.0.0.1:${port}`),
    fetch: () => new Response(),
    limits: defaultLimits(),
  });
  await assert.rejects(again, { code: "EADDRINUSE", port });
});

test("metrics show the relay's numbers as they are when asked, the caps, and the process", async (t) => {
  const counted = { sent: 0, sessions: new Map([["client", 2]]) };
  const metrics = await expose([
    { name: "moq_bytes_sent_total", type: "counter", help: "Bytes.", read: () => counted.sent },
    { name: "moq_sessions", type: "gauge", help: "Sessions.", label: "kind", read: () => counted.sessions },
    limitReading(defaultLimits()),
  ]);
  const app = internalApp(metrics, { unready: () => (counted.sent > 7 ? "memory is short" : undefined) }, INSIDE);
  const listener = await listen({ address: ANY, fetch: app.fetch, limits: defaultLimits() });
  t.after(() => listener.close(0));
  const get = async (path: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${listener.address.port}${path}`);
    return answer.text();
  };
  counted.sent = 5;
  assert.match(await get("/metrics"), /^moq_bytes_sent_total 5$/m);
  counted.sent = 7;
  const text = await get("/metrics");
  for (const line of [
    "moq_bytes_sent_total 7",
    'moq_sessions{kind="client"} 2',
    'moq_limit{limit="control_message"} 65536',
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
  assert.match(text, /^process_resident_memory_bytes /m);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
  assert.equal(await get("/health"), "ok\n");
  counted.sent = 8;
  assert.equal(await get("/health"), "memory is short\n");
});

test("the internal listener explains broadcasts, and names them and the nodes", async (t) => {
  const app = internalApp(await expose([]), { unready: () => undefined }, INSIDE);
  const listener = await listen({ address: ANY, fetch: app.fetch, limits: defaultLimits() });
  t.after(() => listener.close(0));
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${listener.address.port}${path}`)).json();
  const explained = async (path: string) => ((await get(path)) as Explanation).broadcast;
  assert.deepEqual([await explained("/explain/room//a%20b/"), await explained("/explain/%ff")], ["room/a b", ""]);
  const listed = async (path: string) => ((await get(path)) as BroadcastList).broadcasts.map(({ name }) => name);
  assert.deepEqual([await listed("/broadcasts/room"), await listed("/broadcasts")], [["room"], [""]]);
  assert.deepEqual(await get("/nodes"), { cluster: false, complete: true, nodes: [] });
});

test("health is 503 while the relay should get no new clients, and says why", async (t) => {
  const { get } = await serve(t, { unready: () => "memory is short" });
  const answer = await get("/health");
  assert.deepEqual([answer.status, await answer.text()], [503, "memory is short\n"]);
});

test("closing lets a request under way end, and cuts it when its time is over", { timeout: 10_000 }, async () => {
  const held = Promise.withResolvers<void>();
  const open = async (grace: number): Promise<[Promise<string>, Promise<void>]> => {
    const arrived = Promise.withResolvers<void>();
    const slow = async (): Promise<Response> => {
      arrived.resolve();
      await held.promise;
      return new Response("done");
    };
    const listener = await listen({ address: ANY, fetch: slow, limits: defaultLimits() });
    const client = connect(listener.address.port, "127.0.0.1");
    let answer = "";
    client
      .on("error", () => {})
      .on("data", (bytes) => {
        answer += bytes.toString();
      });
    const ended = new Promise<string>((resolve) => client.once("close", () => resolve(answer)));
    client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await arrived.promise;
    return [ended, listener.close(grace)];
  };
  const [cut, closed] = await open(0);
  await closed;
  assert.equal(await cut, "");
  const [whole, graceful] = await open(9_000);
  held.resolve();
  await graceful;
  assert.match(await whole, /done$/);
});
