import assert from "node:assert/strict";
import { subjectOf, TestAuthority } from "./testing/certificates.ts";
import { DialFailure, Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";

const [ALPN] = ["moq-lite-06"];

async function refusal(dialled: Promise<unknown>): Promise<string> {
  const error = await dialled.then(
    () => assert.fail("the dial succeeded"),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof DialFailure, String(error));
  return error.message;
}

quicTest("a certificate is replaced while connections stand", async () => {
  await using stage = await Stage.open();
  const before = await stage.pair();
  stage.listener.setCertificates([await stage.authority.issue(["localhost", "replaced.test"])]);
  const after = await stage.pair(stage.rawTarget, { serverName: "replaced.test" });
  assert.match(await refusal(stage.dial(stage.rawTarget, { serverName: "unheard-of.test" })), /certificate/);
  const { stream } = before.client.uni();
  stream.write(Buffer.from("still here"));
  stream.finish();
  assert.equal(await (await before.server.unis.next()).ends.text(), "still here");
  assert.notDeepEqual(
    before.client.connection.info.peerCertificates,
    after.client.connection.info.peerCertificates,
    "the new handshake has the new certificate",
  );
});

quicTest("a certificate that does not fit its key is refused, and the old one stays", async () => {
  await using stage = await Stage.open();
  const [one, other] = [await stage.authority.issue(), await stage.authority.issue()];
  assert.throws(() => stage.listener.setCertificates([{ cert: one.cert, key: other.key }]), /certificate/);
  assert.throws(() => stage.listener.setCertificates([]), /certificate/);
  await stage.pair();
});

quicTest("the server name chooses among several certificates, the first serves all others", async () => {
  const authority = await TestAuthority.create();
  const certificates = [await authority.issue(["first.test"]), await authority.issue(["second.test"])];
  await using stage = await Stage.open({ certificates });
  for (const name of ["first.test", "second.test"]) {
    const { client } = await stage.pair(stage.rawTarget, { ca: authority.pem, serverName: name });
    assert.equal(subjectOf(client.connection.info.peerCertificates[0] as Uint8Array), `CN=${name}`);
  }
  const hashes = [certificates[0]?.sha256 as string];
  await stage.pair(stage.rawTarget, { certificateHashes: hashes, serverName: "third.test" });
});

quicTest("a pinned certificate is trusted without authority or name, and no other", async () => {
  await using stage = await Stage.open();
  const colons = (stage.certificate.sha256.match(/../g) as string[]).join(":").toUpperCase();
  for (const hash of [stage.certificate.sha256, colons]) {
    await stage.pair(stage.rawTarget, { certificateHashes: ["00".repeat(32), hash], serverName: "any.test" });
  }
  assert.match(await refusal(stage.dial(stage.rawTarget, { certificateHashes: ["00".repeat(32)] })), /certificate/);
  assert.match(await refusal(stage.dial(stage.rawTarget, { certificateHashes: ["nonsense"] })), /SHA-256/);
});

quicTest("another authority is not trusted, unless the client trusts anybody", async () => {
  await using stage = await Stage.open();
  const other = await TestAuthority.create("Other");
  assert.match(await refusal(stage.dial(stage.rawTarget, { ca: other.pem })), /certificate/);
  const { client } = await stage.pair(stage.rawTarget, { insecure: true });
  assert.deepEqual(client.connection.info.peerCertificates, [], "nobody has verified it");
});

quicTest("the system's authorities do not know a private one", async () => {
  await using stage = await Stage.open();
  const { promise, resolve } = Promise.withResolvers<string>();
  const { dial } = await import("./dial.ts");
  dial(
    stage.rawTarget,
    { protocols: [ALPN as string], engine: stage.client },
    { onConnection: () => assert.fail("connected"), onFailed: resolve },
  );
  assert.match(await promise, /certificate/);
});

quicTest("an optional client certificate is verified and shown", async () => {
  const clients = await TestAuthority.create("Clients");
  const own = await clients.issue(["node-7.test"]);
  await using stage = await Stage.open({ clientCa: clients.pem });
  for (const target of [stage.rawTarget, stage.webTransportTarget]) {
    const known = await stage.pair(target, { certificate: own });
    const [leaf] = known.server.connection.info.peerCertificates;
    assert.deepEqual(leaf, own.der);
    const unknown = await stage.pair(target);
    assert.deepEqual(unknown.server.connection.info.peerCertificates, []);
  }
});

quicTest("a client certificate of another authority is refused", async () => {
  const [clients, others] = [await TestAuthority.create("Clients"), await TestAuthority.create("Others")];
  await using stage = await Stage.open({ clientCa: clients.pem });
  let requests = 0;
  stage.onRequest = () => {
    requests += 1;
  };
  // Under TLS 1.3 the client is done before the server has looked at its certificate.
  const outcome = await stage.dial(stage.rawTarget, { certificate: await others.issue(["evil.test"]) }).then(
    async (peer) => (await peer.closed).reason,
    (failure: Error) => failure.message,
  );
  assert.match(outcome, /certificate|UnknownCA|unknown/i);
  assert.equal(requests, 0);
});

quicTest("a client without a certificate is refused where one is required", async () => {
  const clients = await TestAuthority.create("Clients");
  await using stage = await Stage.open({ clientCa: clients.pem, clientCertRequired: true });
  await stage.pair(stage.rawTarget, { certificate: await clients.issue(["node-7.test"]) });
  const outcome = await stage.dial().then(
    async (peer) => (await peer.closed).by,
    () => "failed",
  );
  assert.match(outcome, /lost|failed/);
});
