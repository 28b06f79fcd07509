import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { Engine, isAvailable, listen as listenQuic } from "@moq-relay/quic";
import { TestAuthority } from "@moq-relay/quic/testing/certificates";
import { secretJwk, sign } from "./auth/token.fixture.ts";
import { certificateFlags, freePort, RelayProcess, testFolder } from "./cluster-credentials.fixture.ts";
import { Impostor } from "./impostor.fixture.ts";

/** Whole clusters of processes that listen on all addresses, as they would across machines. */
const LIMIT = { timeout: 120_000, skip: !isAvailable() };

interface Site {
  readonly authority: TestAuthority;
  readonly ca: string;
  readonly write: (name: string, text: string) => Promise<string>;
  readonly root: string;
  readonly port: number;
  /** Starts a relay; where no port is given, any. */
  readonly relay: (flags: readonly string[], port?: number) => RelayProcess;
  /** Starts a node of the cluster that says to be at `127.0.0.1` and a port. */
  readonly node: (flags: readonly string[]) => Promise<{ address: string; process: RelayProcess }>;
}

async function site(context: TestContext): Promise<Site> {
  const write = await testFolder(context);
  const authority = await TestAuthority.create("Cluster");
  const ca = await write("ca.pem", authority.pem);
  const port = await freePort();
  const root = `127.0.0.1:${port}`;
  const relay: Site["relay"] = (flags, at = 0) =>
    new RelayProcess(context, [
      "--listen",
      `0.0.0.0:${at}`,
      "--auth-public",
      "anon",
      "--connect-tls-root",
      ca,
      ...flags,
    ]);
  const node: Site["node"] = async (flags) => {
    const own = await freePort();
    const address = `127.0.0.1:${own}`;
    const cluster = ["--cluster-root", root, "--cluster-node", address, "--cluster-links", "mesh"];
    return { address, process: relay([...cluster, ...flags], own) };
  };
  return { authority, ca, write, root, port, relay, node };
}

async function loopbackCertificate({ authority, write }: Site, name: string, sides: ("listen" | "connect")[]) {
  return certificateFlags(write, name, await authority.issue(["127.0.0.1", "localhost"]), sides);
}

test("three relays form a cluster by tokens of their own making, and nobody else gets in", LIMIT, async (context) => {
  const at = await site(context);
  const secret = secretJwk("cluster");
  const key = ["--auth-key", await at.write("cluster.jwk", JSON.stringify(secret))];
  const certificate = await loopbackCertificate(at, "server", ["listen"]);
  const web = await freePort();
  const shared = ["--cluster-root", at.root, "--cluster-node", at.root, "--web-http-listen", `127.0.0.1:${web}`];
  const root = at.relay([...certificate, ...key, ...shared], at.port);
  await root.heard(/^ready$/);

  // Announced before there is anybody who could be misled: who dials every member has dialled it when the others are linked.
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const trap = listenQuic({
    engine,
    address: "127.0.0.1:0",
    certificates: [await at.authority.issue(["127.0.0.1"])],
    alpns: ["moq-lite-06"],
    onRequest: ({ info }) => assert.fail(`somebody dialled what a client announced, with ${info.path}`),
  });
  context.after(() => trap.close());
  const name = encodeURIComponent(trap.address);
  const names = [`.internal/origins/${name}`, "anon/cam"];
  new Impostor({ engine, target: `https://${at.root}/`, address: trap.address, names });
  await new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      const listed = await fetch(`http://127.0.0.1:${web}/announced/anon`);
      if ((await listed.text()).includes("cam")) resolve();
      else setTimeout(() => void look(), 20);
    };
    void look();
  });

  const [a, b] = [await at.node([...certificate, ...key]), await at.node([...certificate, ...key])];
  await a.process.heard(/^link up$/, { kind: "root", address: at.root });
  await b.process.heard(/^link up$/, { kind: "root", address: at.root });
  await root.heard(/^link up$/, { kind: "node", address: a.address });
  await a.process.heard(/^link up$/, { kind: "node", address: b.address });
  await b.process.heard(/^link up$/, { kind: "node", address: a.address });
  assert.equal(root.find(/^link up$/, { address: trap.address }), undefined);
  assert.equal(trap.stats().completed, 0, "no dial, so no token");

  const everything = { root: "", put: [""], get: [""], cluster: true };
  const past = Math.floor(Date.now() / 1_000) - 60;
  const tokens: [string, string][] = [
    [await sign(secretJwk("cluster"), everything), "signature"],
    [await sign(secretJwk("other"), everything), "unknown key"],
    [await sign(secret, { ...everything, exp: past }), "expired"],
    [await sign(secret, { ...everything, aud: "127.0.0.1:1" }), "audience"],
  ];
  const single = ["--cluster-root", at.root, "--listen-tls-generate", "127.0.0.1"];
  for (const [token, reason] of tokens) {
    const stranger = at.relay([...single, "--cluster-token", await at.write(`${reason}.jwt`, token)]);
    await root.heard(/^token refused$/, { reason });
    await stranger.heard(/root .*: it does not let this relay in/, { fault: "forbidden" });
    assert.equal(stranger.find(/^link up$/), undefined, reason);
    assert.doesNotMatch(
      JSON.stringify([...root.lines, ...stranger.lines]),
      new RegExp(token.split(".")[2]!),
      "in a log",
    );
    await stranger.stop();
  }
  // Who shows nothing may be a client there.
  const here = ["--listen", `127.0.0.1:${await freePort()}`, "--auth-public", "anon", "--connect-tls-root", at.ca];
  const nobody = new RelayProcess(context, [...here, ...single]);
  await nobody.heard(/root .*: it takes this relay for a client/, { fault: "not-let-in" });
});

test(
  "three relays form a cluster by certificates, and a certificate is good for its own address only",
  LIMIT,
  async (context) => {
    const at = await site(context);
    const peers = ["--listen-tls-root", at.ca];
    const own = await loopbackCertificate(at, "own", ["listen", "connect"]);
    const root = at.relay([...own, ...peers, "--cluster-root", at.root, "--cluster-node", at.root], at.port);
    await root.heard(/^ready$/);
    const [a, b] = [await at.node([...own, ...peers]), await at.node([...own, ...peers])];
    await root.heard(/^link up$/, { kind: "node", address: a.address });
    await root.heard(/^link up$/, { kind: "node", address: b.address });
    await a.process.heard(/^link up$/, { kind: "node", address: b.address });
    await b.process.heard(/^link up$/, { kind: "node", address: a.address });

    const server = await loopbackCertificate(at, "server", ["listen"]);
    const elsewhere = await at.authority.issue(["elsewhere.test"]);
    const liar = await at.node([
      ...server,
      ...peers,
      ...(await certificateFlags(at.write, "liar", elsewhere, ["connect"])),
    ]);
    const said = await liar.process.heard(/what this relay shows there is for another address/, {
      fault: "not-let-in",
    });
    assert.match(String(said.detail), /is not for its address: 127\.0\.0\.1/);

    const foreign = await (await TestAuthority.create("Others")).issue(["127.0.0.1"]);
    const stranger = await at.node([
      ...server,
      ...peers,
      ...(await certificateFlags(at.write, "foreign", foreign, ["connect"])),
    ]);
    await stranger.process.heard(/root .*: it does not accept the certificate/, { fault: "certificate-refused-there" });

    const key = ["--auth-key", await at.write("unknown.jwk", JSON.stringify(secretJwk()))];
    const client = await at.node([...server, ...key]);
    await client.process.heard(/root .*: it takes this relay for a client/, { fault: "not-let-in" });
    for (const { address } of [liar, stranger, client]) assert.equal(root.find(/^link up$/, { address }), undefined);
    for (const { process } of [stranger, client]) assert.equal(process.find(/^link up$/), undefined);
  },
);

test("a client's token lets it in where it says, and the session ends when the token does", LIMIT, async (context) => {
  const at = await site(context);
  const secret = secretJwk();
  const key = await at.write("clients.jwk", JSON.stringify(secret));
  const relay = at.relay(["--listen-tls-generate", "127.0.0.1", "--auth-key", key], at.port);
  await relay.heard(/^ready$/);
  const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
  context.after(() => engine.close());
  const exp = Math.floor(Date.now() / 1_000) + 2;
  const token = await sign(secret, { root: "demo", put: "", get: "", exp });
  const target = `https://${at.root}/demo?jwt=${token}`;
  const client = new Impostor({ engine, target, address: "127.0.0.1:1", names: ["cam"] });
  assert.equal(await client.closed, 2);
  const late = Date.now() - exp * 1_000;
  assert.ok(late >= 0 && late < 5_000, `${late} ms after its end`);
});
