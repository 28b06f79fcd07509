import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, createServer } from "node:tls";
import { inspect } from "node:util";
import { ConfigurationError } from "../config/index.ts";
import {
  type Certificate,
  type Certificates,
  generateCertificate,
  openCertificates,
  readCertificate,
  resetKey,
} from "./index.ts";

const DAY = 86_400_000;

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "moq-relay-tls-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

async function writePair(path: string, certificate: Certificate): Promise<{ cert: string; key: string }> {
  const cert = join(path, "cert.pem");
  const key = join(path, "key.pem");
  await writeFile(cert, certificate.certPem);
  await writeFile(key, certificate.keyPem);
  return { cert, key };
}

interface Watching {
  readonly certificates: Certificates;
  readonly said: string[];
  /** Resolves when the log has said something that matches. */
  readonly heard: (pattern: RegExp) => Promise<void>;
}

async function watch(t: TestContext, cert: string, key: string): Promise<Watching> {
  const said: string[] = [];
  let wake = (): void => {};
  const say = (text: string): void => {
    said.push(text);
    wake();
  };
  const certificates = await openCertificates(
    { cert: [cert], key: [key], generate: [] },
    { log: { info: say, warn: say }, interval: 5 },
  );
  t.after(() => certificates.close());
  const heard = async (pattern: RegExp): Promise<void> => {
    while (!said.some((text) => pattern.test(text))) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { certificates, said, heard };
}

test("a generated certificate is one that browsers take by its hash", async () => {
  const now = new Date("2026-06-01T12:00:00Z");
  const made = await generateCertificate(["localhost", "127.0.0.1", "::1"], now);
  const parsed = new X509Certificate(made.certPem);
  assert.equal(parsed.fingerprint256.replaceAll(":", "").toLowerCase(), made.sha256);
  assert.equal(parsed.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  assert.ok(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom) < 14 * DAY);
  assert.ok(Date.parse(parsed.validFrom) < now.getTime() && Date.parse(parsed.validTo) > now.getTime() + 12 * DAY);
  assert.equal(parsed.subjectAltName, "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  assert.deepEqual(createPublicKey(made.keyPem).export({ format: "jwk" }), parsed.publicKey.export({ format: "jwk" }));
});

test("a TLS client that trusts the generated certificate is served with it", { timeout: 10_000 }, async (t) => {
  const made = await generateCertificate(["localhost"]);
  const server = createServer({ cert: made.certPem, key: made.keyPem }, (socket) => socket.end());
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: made.certPem });
  await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  assert.equal(socket.authorized, true);
  socket.destroy();
});

test("a pair of files is read with its names and its end", async (t) => {
  const made = await generateCertificate(["relay.example"]);
  const { cert, key } = await writePair(await folder(t), made);
  const read = await readCertificate(cert, key);
  assert.equal(read.sha256, made.sha256);
  assert.deepEqual(read.names, ["relay.example"]);
  assert.equal(Math.floor(read.notAfter.getTime() / 1_000), Math.floor(made.notAfter.getTime() / 1_000));
});

test("files that cannot be used are refused by name", async (t) => {
  const path = await folder(t);
  const { cert, key } = await writePair(path, await generateCertificate(["a"]));
  const old = await writePair(await folder(t), await generateCertificate(["a"], new Date(Date.now() - 20 * DAY)));
  const future = await writePair(await folder(t), await generateCertificate(["a"], new Date(Date.now() + DAY)));
  const broken = join(path, "broken.pem");
  await writeFile(broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const cases: [string, string, RegExp][] = [
    [cert, join(path, "gone.pem"), /gone\.pem: there is no such file/],
    [key, key, /key\.pem: holds no certificate in PEM/],
    [broken, key, /broken\.pem: holds no certificate that can be read/],
    [cert, cert, /cert\.pem: holds no private key in PEM/],
    [cert, old.key, /key\.pem: is not the key of the certificate/],
    [old.cert, old.key, /cert\.pem: expired on/],
    [future.cert, future.key, /cert\.pem: is not valid before/],
  ];
  for (const [certFile, keyFile, message] of cases) {
    await assert.rejects(readCertificate(certFile, keyFile), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, message);
      return true;
    });
  }
});

test("a certificate is swapped only when certificate and key match again", { timeout: 10_000 }, async (t) => {
  const first = await generateCertificate(["a"]);
  const second = await generateCertificate(["a"]);
  const { cert, key } = await writePair(await folder(t), first);
  const { certificates, heard } = await watch(t, cert, key);
  const changed = new Promise<readonly Certificate[]>((resolve) => certificates.onChange(resolve));

  await writeFile(key, second.keyPem);
  await heard(/stays in force: .*key\.pem: is not the key/);
  assert.equal(certificates.current()[0]?.sha256, first.sha256);
  assert.equal(certificates.current()[0]?.keyPem, first.keyPem);
  assert.ok(certificates.failures > 0);

  await writeFile(`${cert}.new`, second.certPem);
  await rename(`${cert}.new`, cert);
  assert.equal((await changed)[0]?.sha256, second.sha256);
  assert.equal(certificates.current()[0]?.keyPem, second.keyPem);
});

test("a certificate that disappears stays in force", { timeout: 10_000 }, async (t) => {
  const first = await generateCertificate(["a"]);
  const { cert, key } = await writePair(await folder(t), first);
  const { certificates, heard } = await watch(t, cert, key);
  await rm(cert);
  await heard(/no such file/);
  assert.equal(certificates.current()[0]?.sha256, first.sha256);
});

test("a file that is touched a thousand times without a change changes nothing", { timeout: 20_000 }, async (t) => {
  const { cert, key } = await writePair(await folder(t), await generateCertificate(["a"]));
  const { certificates, said, heard } = await watch(t, cert, key);
  certificates.onChange(() => assert.fail("nothing changed"));
  for (let i = 0; i < 1_000; i++) await utimes(cert, new Date(), new Date(1e12 + i));
  await writeFile(key, "");
  await heard(/no private key/);
  assert.equal(said.length, 1);
});

test("a certificate that somebody cannot use does not stop the watch", { timeout: 20_000 }, async (t) => {
  const { cert, key } = await writePair(await folder(t), await generateCertificate(["a"]));
  const { certificates, heard } = await watch(t, cert, key);
  const told: string[] = [];
  certificates.onChange(([first]) => {
    told.push(first?.sha256 ?? "");
    if (told.length === 1) throw new Error("no such curve");
  });
  await writePair(dirname(cert), await generateCertificate(["a"]));
  await heard(/the certificate before stays in force: no such curve/);
  const third = await generateCertificate(["a"]);
  const again = new Promise<void>((resolve) => {
    certificates.onChange(([first]) => first?.sha256 === third.sha256 && resolve());
  });
  await writePair(dirname(cert), third);
  await again;
  assert.equal(told.at(-1), third.sha256);
});

test("a private key is not seen where a certificate is printed", async () => {
  const made = await generateCertificate(["localhost"]);
  assert.doesNotMatch(`${inspect(made)}${JSON.stringify({ ...made })}`, /PRIVATE KEY/);
  assert.match(made.keyPem, /PRIVATE KEY/);
});

test("the secret of resets is the same after each start, another on each relay, and none with a generated certificate", async () => {
  const generated = await generateCertificate(["a.test"]);
  const asFile = (one: Certificate): Certificate => ({ ...one, keyPem: one.keyPem, generated: false });
  const [lasting, other] = [asFile(await generateCertificate(["a.test"])), asFile(generated)];
  const key = resetKey([generated, lasting], "a.test:4443");
  assert.equal(key?.length, 32);
  assert.deepEqual(resetKey([lasting], "a.test:4443"), key);
  assert.notDeepEqual(resetKey([lasting], "b.test:4443"), key);
  assert.notDeepEqual(resetKey([other], "a.test:4443"), key);
  assert.equal(resetKey([generated], "a.test:4443"), undefined);
});
