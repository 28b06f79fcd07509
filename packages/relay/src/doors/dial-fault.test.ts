import assert from "node:assert/strict";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { type TestContext, test } from "node:test";
import { type ConnectionEvents, DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { Engine, isAvailable, listen as listenQuic } from "@moq-relay/quic";
import { createWebSocketTransport } from "@moq-relay/websocket";
import { systemClock } from "../system.ts";
import { type Certificate, generateCertificate } from "../tls/index.ts";
import { type DialFault, type DialFaultKind, dialFault } from "./dial-fault.ts";
import { Dialler, type DialTarget, type DialTrust } from "./dialler.ts";

const SILENT: ConnectionEvents = {
  onUni: () => assert.fail("no stream is expected"),
  onBidi: () => assert.fail("no stream is expected"),
  onDatagram: () => {},
  onClosed: () => {},
};
const DAY = 86_400_000;

interface Attempt {
  readonly target: DialTarget;
  readonly trust?: Partial<DialTrust>;
  readonly protocols?: readonly string[];
  readonly timeout?: number;
}

type DialIt = (attempt: Attempt) => Promise<DialFault>;

/** Dials as a relay does, over real sockets, and gives what an operator is told of the failure. */
function dialling(context: TestContext, engine: Engine | undefined): DialIt {
  const websocket = createWebSocketTransport({ limits: DEFAULT_CARRIER_LIMITS, maxConnections: 10 });
  context.after(() => websocket.close(0, ""));
  return ({ target, trust, protocols = ["moq-lite-06"], timeout = 10_000 }) =>
    new Promise((resolve, reject) => {
      const dialler = new Dialler({
        clock: systemClock,
        engine,
        websocket,
        trust: { ca: [], fingerprints: [], insecure: false, ...trust },
        protocols,
        quic: {},
        timeout,
        headStart: 50,
      });
      dialler.dial(target, {
        onConnection: () => {
          reject(new Error("it was let in"));
          return SILENT;
        },
        onFailed: (reason, status) => resolve(dialFault(reason, status)),
      });
    });
}

/** Certificates with something wrong, and what a relay that trusts (only) their issuer is told of them. */
async function faultyCertificates(): Promise<[Certificate, DialFaultKind, "trusted" | "stranger"][]> {
  const names = ["127.0.0.1", "localhost"];
  return [
    [await generateCertificate(names), "certificate-unknown", "stranger"],
    [await generateCertificate(["other.example"]), "certificate-name", "trusted"],
    [await generateCertificate(names, new Date(Date.now() - 30 * DAY)), "certificate-expired", "trusted"],
    [await generateCertificate(names, new Date(Date.now() + 30 * DAY)), "certificate-not-yet-valid", "trusted"],
  ];
}

function at(port: number, more: Partial<DialTarget> = {}): DialTarget {
  return { scheme: "moqt", host: "127.0.0.1", port, path: "/", ...more };
}

test("over QUIC every refusal of a certificate is told as what it is", { skip: !isAvailable() }, async (context) => {
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const dial = dialling(context, engine);
  for (const [{ certPem, keyPem }, kind, trusted] of await faultyCertificates()) {
    const certificates = [{ cert: certPem, key: keyPem }];
    const onRequest = (): void => {};
    const { port } = listenQuic({ engine, address: "127.0.0.1:0", certificates, alpns: ["moq-lite-06"], onRequest });
    const trust = trusted === "trusted" ? { ca: [certPem] } : {};
    const fault = await dial({ target: at(port), trust });
    assert.equal(fault.kind, kind, fault.detail);
    const pinned = await dial({ target: at(port), trust: { fingerprints: ["00".repeat(32)] } });
    assert.equal(pinned.kind, "fingerprint", pinned.detail);
    assert.match(pinned.advice, /--connect-tls-fingerprint/);
  }
});

test("over WebSocket, too", async (context) => {
  const dial = dialling(context, undefined);
  for (const [{ certPem, keyPem }, kind, trusted] of await faultyCertificates()) {
    const server = createServer({ cert: certPem, key: keyPem });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    const target = at((server.address() as AddressInfo).port, { scheme: "wss" });
    const fault = await dial({ target, trust: trusted === "trusted" ? { ca: [certPem] } : {} });
    assert.equal(fault.kind, kind, fault.detail);
    const pinned = await dial({ target, trust: { fingerprints: ["00".repeat(32)] } });
    assert.equal(pinned.kind, "fingerprint", pinned.detail);
  }
});

test("versions without anything in common are told as that, and so is a refusal at the door", {
  skip: !isAvailable(),
}, async (context) => {
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const { certPem, keyPem } = await generateCertificate(["127.0.0.1"]);
  const { port } = listenQuic({
    engine,
    address: "127.0.0.1:0",
    certificates: [{ cert: certPem, key: keyPem }],
    alpns: ["moq-lite-06"],
    onRequest: (request) => request.reject(Number(request.info.path.slice(1))),
  });
  const dial = dialling(context, engine);
  const trust = { ca: [certPem] };
  assert.equal((await dial({ target: at(port), trust, protocols: ["moq-lite-99"] })).kind, "version");
  const refused = async (status: number): Promise<string> => {
    const target = at(port, { scheme: "https", path: `/${status}` });
    return (await dial({ target, trust: { insecure: true } })).kind;
  };
  assert.deepEqual(
    [await refused(401), await refused(503), await refused(400)],
    ["forbidden", "full", "refused-there"],
  );
});

test("a name that does not exist, a port where nobody is, and silence are told apart", async (context) => {
  const engine = isAvailable() ? new Engine({ limits: DEFAULT_CARRIER_LIMITS }) : undefined;
  context.after(() => engine?.close());
  const dial = dialling(context, engine);
  const trust = { insecure: true };
  const server = createTcpServer((socket) => void socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const silent = await dial({ target: at(port, { scheme: "ws" }), trust, timeout: 100 });
  await new Promise((resolve) => server.close(resolve));
  const deaf = await dial({ target: at(port), trust, timeout: 1_000 });
  const nameless = await dial({ target: at(port, { host: "no-such-name.invalid" }), trust });
  assert.deepEqual([silent.kind, deaf.kind, nameless.kind], ["no-answer", "connection-refused", "name"]);
});

test("settings that cannot be used, and no way at all, are the operator's own to change", async (context) => {
  const blind = await dialling(context, undefined)({ target: at(1) });
  assert.deepEqual([blind.kind, /--connect-tls-insecure/.test(blind.advice)], ["no-way", true]);
  if (!isAvailable()) return;
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const fault = await dialling(context, engine)({ target: at(1), trust: { ca: ["nonsense"] } });
  assert.equal(fault.kind, "own-settings", fault.detail);
});

test("what nobody knows is told as it came", () => {
  assert.deepEqual(dialFault("the moon is in the way"), {
    kind: "other",
    wrong: "the dial failed",
    advice: "What was said is beside this line.",
    detail: "the moon is in the way",
  });
});
