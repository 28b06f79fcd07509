/**
 * A relay that is killed and at once started again: its peers are told that their connections are gone (QUIC's stateless reset),
 * and need not find it out by silence. How long it takes is reported; that it is said, and not guessed, is tested.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dial, Engine } from "@moq-relay/quic";
import { TestAuthority } from "@moq-relay/quic/testing/certificates";
import { ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { RelayProcess } from "../src/process/relay-process.ts";
import { startThreeNodes } from "../src/process/three-nodes.ts";
import { until, within } from "../src/process/wait.ts";

const SKIP = { skip: quicMissing() ?? false, timeout: 120_000 };

/** A certificate in files, as operators have one. */
async function certified(context: TestContext): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "moq-relay-back-"));
  context.after(() => rm(folder, { recursive: true }));
  const authority = await TestAuthority.create();
  const issued = await authority.issue();
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await Promise.all([writeFile(cert, issued.cert), writeFile(key, issued.key)]);
  return ["--tls-cert", cert, "--tls-key", key];
}

/** Dials it; the result resolves with how the connection ends. */
function connected(engine: Engine, port: number): Promise<{ ended: Promise<string> }> {
  return new Promise((resolve, reject) => {
    const ended = Promise.withResolvers<string>();
    const options = { protocols: ["moq-lite-06"], insecure: true, engine, quic: { keepAlive: 200 } };
    dial(`127.0.0.1:${port}`, options, {
      onConnection: () => {
        resolve({ ended: ended.promise });
        const deaf = (): never => assert.fail("the relay began a stream that the test has no use for");
        return {
          onUni: () => ({ onData: () => {}, onFin: () => {}, onReset: () => {} }),
          onBidi: deaf,
          onDatagram: () => {},
          onClosed: ({ reason }) => ended.resolve(reason),
        };
      },
      onFailed: (reason) => reject(new Error(reason)),
    });
  });
}

test("a client of a relay that was killed is told when it is back", SKIP, async (context) => {
  let relay = await RelayProcess.start(ourRelay, { flags: await certified(context) });
  const engine = new Engine();
  context.after(async () => {
    engine.close();
    await relay.stop("SIGKILL");
  });
  const { ended } = await connected(engine, relay.port);
  relay = await relay.restart("SIGKILL");
  const back = performance.now();
  assert.match(await within("the client is told", ended, 20_000), /reset/);
  context.diagnostic(`${Math.round(performance.now() - back)} ms after the relay answered`);
});

test("nodes of a root that was killed are with it again when it is back", SKIP, async (context) => {
  const cluster = await startThreeNodes(ourRelay, { flags: await certified(context), logLevel: "info" });
  context.after(() => cluster.stop());
  const nodes = [cluster.entry, cluster.exit];
  const ups = (relay: RelayProcess): number => relay.program.lines.filter((line) => /link up/.test(line)).length;
  await until("both nodes are with the root", () => nodes.every((node) => ups(node) > 0));
  const before = nodes.map(ups);
  await cluster.restartRoot("SIGKILL");
  const back = performance.now();
  await until("both are again", () => nodes.every((node, i) => ups(node) > before[i]!));
  context.diagnostic(`${Math.round(performance.now() - back)} ms after the root answered`);
});
