import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { type TestContext, test } from "node:test";
import { type Connection, type ConnectionEvents, DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { Engine, isAvailable, listen as listenQuic } from "@moq-relay/quic";
import { createWebSocketTransport } from "@moq-relay/websocket";
import { systemClock } from "../system.ts";
import { generateCertificate } from "../tls/index.ts";
import { Dialler, type DialTarget, type DialTrust } from "./dialler.ts";

const SILENT: ConnectionEvents = {
  onUni: () => assert.fail("no stream is expected"),
  onBidi: () => assert.fail("no stream is expected"),
  onDatagram: () => {},
  onClosed: () => {},
};

/** How a dial ended. */
type Outcome = { connection: Connection } | { reason: string; status: number | undefined };

interface Surroundings {
  readonly server: Server;
  readonly port: number;
  readonly accepted: string[];
  readonly dialler: (options?: {
    engine?: Engine;
    headStart?: number;
    timeout?: number;
    trust?: Partial<DialTrust>;
  }) => Dialler;
}

/** A server that takes WebSockets on loopback, and what it takes to dial. */
async function surroundings(context: TestContext): Promise<Surroundings> {
  const websocket = createWebSocketTransport({ limits: DEFAULT_CARRIER_LIMITS, maxConnections: 10 });
  const accepted: string[] = [];
  const server = createServer();
  server.on("upgrade", (request, socket, head) =>
    websocket.upgrade(request, socket, head, (wanted) => {
      if (wanted.info.path.startsWith("/closed")) return wanted.reject(401);
      accepted.push(wanted.info.path);
      wanted.accept(wanted.offers[0] ?? "", () => SILENT);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    websocket.close(0, "");
    server.closeAllConnections();
    server.close();
  });
  const dialler: Surroundings["dialler"] = ({ engine, headStart = 50, timeout = 5_000, trust } = {}) =>
    new Dialler({
      clock: systemClock,
      engine,
      websocket,
      trust: { ca: [], fingerprints: [], insecure: true, ...trust },
      protocols: ["moq-lite-06", "moq-lite-04"],
      quic: {},
      timeout,
      headStart,
    });
  return { server, port: (server.address() as AddressInfo).port, accepted, dialler };
}

function target(port: number, more: Partial<DialTarget> = {}): DialTarget {
  return { scheme: "moqt", host: "127.0.0.1", port, path: "/", ...more };
}

function dial(dialler: Dialler, to: DialTarget): Promise<Outcome> {
  return new Promise((resolve) => {
    dialler.dial(to, {
      onConnection: (connection) => {
        resolve({ connection });
        return SILENT;
      },
      onFailed: (reason, status) => resolve({ reason, status }),
    });
  });
}

/** A port of loopback at which nobody listens. */
async function deafPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("without QUIC a node is reached by WebSocket", async (context) => {
  const { dialler, port, accepted } = await surroundings(context);
  const outcome = await dial(dialler(), target(port, { scheme: "ws", path: "/room" }));
  assert.ok("connection" in outcome, JSON.stringify(outcome));
  assert.deepEqual([outcome.connection.info.binding, outcome.connection.info.protocol], ["websocket", "moq-lite-06"]);
  assert.deepEqual(accepted, ["/room"]);
  outcome.connection.close(0, "");
});

test("nobody there is one failure, with a reason", async (context) => {
  const { dialler } = await surroundings(context);
  const outcome = await dial(dialler(), target(await deafPort()));
  assert.ok("reason" in outcome);
  assert.match(outcome.reason, /\S/);
  assert.equal(outcome.status, undefined);
});

test("a refusal tells its status", async (context) => {
  const { dialler, port } = await surroundings(context);
  const outcome = await dial(dialler(), target(port, { scheme: "ws", path: "/closed" }));
  assert.ok("reason" in outcome);
  assert.equal(outcome.status, 401);
});

test("a dial that was given up says nothing", async (context) => {
  const { dialler, port, accepted } = await surroundings(context);
  const dialling = dialler().dial(target(port, { scheme: "ws", path: "/given-up" }), {
    onConnection: () => assert.fail("it was given up"),
    onFailed: () => assert.fail("it was given up"),
  });
  dialling.cancel();
  const other = await dial(dialler(), target(port, { scheme: "ws", path: "/other" }));
  assert.ok("connection" in other);
  assert.ok(accepted.includes("/other"));
  other.connection.close(0, "");
});

test("where QUIC does not answer, WebSocket is tried beside it", { skip: !isAvailable() }, async (context) => {
  const { dialler, port } = await surroundings(context);
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const outcome = await dial(dialler({ engine }), target(port));
  assert.ok("connection" in outcome, JSON.stringify(outcome));
  assert.equal(outcome.connection.info.binding, "websocket");
  outcome.connection.close(0, "");
});

test("where QUIC is to come back, WebSocket waits for as long as is said", {
  skip: !isAvailable(),
}, async (context) => {
  const { dialler, port, accepted } = await surroundings(context);
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  // Somebody who says nothing, where a port without anybody would be refused at once.
  const silent = createSocket("udp4");
  await new Promise<void>((resolve) => silent.bind(port, "127.0.0.1", resolve));
  context.after(() => silent.close());
  const events = { onConnection: () => assert.fail("nobody answers"), onFailed: () => assert.fail("it was given up") };
  const patient = dialler({ engine }).dial(target(port, { path: "/late" }), events, { headStart: 60_000 });
  const outcome = await dial(dialler({ engine }), target(port, { path: "/soon" }));
  assert.ok("connection" in outcome, JSON.stringify(outcome));
  assert.deepEqual(accepted, ["/soon"]);
  patient.cancel();
  outcome.connection.close(0, "");
});

test("when neither answers, both reasons are told", { skip: !isAvailable() }, async (context) => {
  const { dialler } = await surroundings(context);
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const outcome = await dial(dialler({ engine, headStart: 10, timeout: 300 }), target(await deafPort()));
  assert.ok("reason" in outcome);
  assert.match(outcome.reason, /;/);
});

test("a certificate that is not the expected one is not got round by plain WebSocket", {
  skip: !isAvailable(),
}, async (context) => {
  const { dialler, port, accepted } = await surroundings(context);
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const { certPem, keyPem, sha256 } = await generateCertificate(["127.0.0.1"]);
  listenQuic({
    engine,
    address: `127.0.0.1:${port}`,
    certificates: [{ cert: certPem, key: keyPem }],
    alpns: ["moq-lite-06"],
    onRequest: (request) => request.accept("moq-lite-06", () => SILENT),
  });
  const refused = await dial(
    dialler({ engine, trust: { insecure: false, fingerprints: ["00".repeat(32)] } }),
    target(port),
  );
  assert.ok("reason" in refused, "linked with a certificate that nobody trusts");
  assert.deepEqual(accepted, []);
  const trusted = await dial(dialler({ engine, trust: { insecure: false, fingerprints: [sha256] } }), target(port));
  assert.ok("connection" in trusted, JSON.stringify(trusted));
  assert.equal(trusted.connection.info.binding, "quic");
  trusted.connection.close(0, "");
});

test("without QUIC a node whose certificate must be checked is not dialled, and later it is said why", async (context) => {
  const { dialler, port, accepted } = await surroundings(context);
  let called = true;
  const reason = await new Promise<string>((resolve) => {
    dialler({ trust: { insecure: false } }).dial(target(port), {
      onConnection: () => assert.fail("it must not be linked"),
      onFailed: (why) => {
        assert.equal(called, false, "told from inside the call");
        resolve(why);
      },
    });
    called = false;
  });
  assert.match(reason, /--connect-tls-insecure/);
  assert.deepEqual(accepted, []);
});

test("a token goes with the URL, and never where others could read it", async (context) => {
  const { port, accepted, dialler } = await surroundings(context);
  const token = async (): Promise<string> => "a.b.c";
  const dial = (target: DialTarget, trust: Partial<DialTrust>): Promise<Outcome> =>
    new Promise((resolve) => {
      dialler({ trust }).dial(
        target,
        {
          onConnection: (connection) => {
            resolve({ connection });
            return SILENT;
          },
          onFailed: (reason, status) => resolve({ reason, status }),
        },
        { token },
      );
    });
  const here: DialTarget = { scheme: "moqt", host: "127.0.0.1", port, path: "/" };
  assert.ok("connection" in (await dial(here, { insecure: true })));
  assert.deepEqual(accepted, ["/?jwt=a.b.c"], "on this machine nobody else can");
  // An address for documentation (RFC 5737), which no dial must ever reach.
  for (const scheme of ["moqt", "https", "ws", "wss", "http"] as const) {
    const outcome = await dial({ ...here, scheme, host: "192.0.2.1" }, { insecure: true });
    assert.ok("reason" in outcome && /--connect-tls-insecure|certificate was checked/.test(outcome.reason), scheme);
  }
  for (const scheme of ["ws", "http"] as const) {
    const outcome = await dial({ ...here, scheme, host: "192.0.2.1" }, { insecure: false });
    assert.ok("reason" in outcome && /--connect-tls-insecure|certificate was checked/.test(outcome.reason), scheme);
  }
});

test("a token that cannot be made is a failure with its reason, and a refusal does not repeat the token", async (context) => {
  const { port, dialler } = await surroundings(context);
  const fail = (target: DialTarget, token: () => Promise<string>): Promise<string> =>
    new Promise((resolve) => {
      const onConnection = (): never => assert.fail("it stands");
      dialler().dial(target, { onConnection, onFailed: (reason) => resolve(reason) }, { token });
    });
  const closed: DialTarget = { scheme: "ws", host: "127.0.0.1", port, path: "/closed" };
  assert.match(await fail(closed, () => Promise.reject(new Error("no key"))), /no token could be made: no key/);
  assert.doesNotMatch(await fail(closed, async () => "top.secret.token"), /secret/);
});
