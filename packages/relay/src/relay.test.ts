import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { Engine, isAvailable, listen as listenQuic } from "@moq-relay/quic";
import type { Log, LogFields } from "./cli/log.ts";
import { developmentConfig, loadConfig, type RelayConfig } from "./config/index.ts";
import { Relay } from "./relay.ts";
import { generateCertificate } from "./tls/index.ts";

const LIMIT = { timeout: 60_000, skip: !isAvailable() };

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A log whose lines can be waited for. */
class Lines {
  readonly all: Line[] = [];
  #wake = (): void => {};

  readonly log: Log = this.#log();

  /** Resolves when so many lines have this message. */
  async heard(message: RegExp, count = 1): Promise<Line[]> {
    for (;;) {
      const found = this.all.filter((line) => message.test(line.message));
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #log(): Log {
    const say = (level: string) => (message: string, fields?: LogFields) => {
      this.all.push({ level, message, fields });
      this.#wake();
    };
    const child = (): Log => log;
    const [trace, debug, info] = [say("trace"), say("debug"), say("info")];
    const log: Log = { trace, debug, info, warn: say("warn"), error: say("error"), child };
    return log;
  }
}

function configured(...flags: string[]): RelayConfig {
  const argv = ["--listen", "127.0.0.1:0", "--listen-tls-generate", "127.0.0.1", "--auth-public", "", ...flags];
  const loaded = loadConfig({ argv, environment: {}, readText: () => "" });
  return loaded.kind === "run" ? loaded.config : assert.fail(JSON.stringify(loaded));
}

async function started(context: TestContext, config: RelayConfig, lines: Lines) {
  const relay = new Relay(config, lines.log);
  context.after(() => relay.close());
  return relay.start();
}

test("a root with another certificate than the expected one is said once, with what to do", LIMIT, async (context) => {
  const root = await started(context, configured(), new Lines());
  const address = root.quic?.text ?? assert.fail();
  const lines = new Lines();
  const flags = [
    "--cluster-root",
    address,
    "--cluster-node",
    "127.0.0.1:1",
    "--backoff-initial",
    "10ms",
    "--backoff-max",
    "20ms",
  ];
  await started(context, configured(...flags, "--connect-tls-fingerprint", "00".repeat(32)), lines);
  await lines.heard(/^dial failed$/, 5);
  const warnings = lines.all.filter(({ level }) => level === "warn");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!.message, new RegExp(`root ${address}: its certificate has another fingerprint`));
  assert.match(warnings[0]!.message, /--connect-tls-fingerprint/);
  assert.equal(warnings[0]!.fields?.fault, "fingerprint");
});

const QUICK = ["--cluster-node", "127.0.0.1:2", "--backoff-initial", "10ms", "--backoff-max", "20ms"];

test("a root that has no room is said as that", LIMIT, async (context) => {
  const root = await started(context, configured("--limits-sessions", "1"), new Lines());
  const trust = ["--connect-tls-fingerprint", root.certificates[0]?.sha256 ?? ""];
  const flags = ["--cluster-root", root.quic?.text ?? "", ...trust];
  const first = new Lines();
  await started(context, configured(...flags, "--cluster-node", "127.0.0.1:1"), first);
  await first.heard(/^link up$/);
  const second = new Lines();
  await started(context, configured(...flags, ...QUICK), second);
  const [warning] = await second.heard(/^no link to the root/);
  assert.deepEqual([warning?.level, warning?.fields?.fault], ["warn", "full"], JSON.stringify(warning));
});

test(
  "a root that ends the session at once is said once, though the connection itself stood",
  LIMIT,
  async (context) => {
    const engine = new Engine({ limits: DEFAULT_CARRIER_LIMITS });
    context.after(() => engine.close());
    const { certPem, keyPem, sha256 } = await generateCertificate(["127.0.0.1"]);
    let refused = 0;
    const again = Promise.withResolvers<void>();
    const { address } = listenQuic({
      engine,
      address: "127.0.0.1:0",
      certificates: [{ cert: certPem, key: keyPem }],
      alpns: ["moq-lite-06"],
      onRequest: (request) => {
        request.reject(401);
        refused += 1;
        if (refused === 5) again.resolve();
      },
    });
    const lines = new Lines();
    await started(context, configured("--cluster-root", address, "--connect-tls-fingerprint", sha256, ...QUICK), lines);
    await again.promise;
    const warnings = lines.all.filter(({ level }) => level === "warn");
    assert.deepEqual(
      warnings.map(({ fields }) => fields?.fault),
      ["not-let-in"],
    );
  },
);

test("a root with the expected certificate is linked to without a warning", LIMIT, async (context) => {
  const root = await started(context, configured(), new Lines());
  const lines = new Lines();
  const flags = ["--cluster-root", root.quic?.text ?? "", "--cluster-node", "127.0.0.1:1"];
  await started(context, configured(...flags, "--connect-tls-fingerprint", root.certificates[0]?.sha256 ?? ""), lines);
  await lines.heard(/^link up$/);
  assert.deepEqual(
    lines.all.filter(({ level }) => level === "warn"),
    [],
  );
});

test("a port that is taken is an error with the system's code, for UDP as for TCP", LIMIT, async (context) => {
  const first = await started(context, developmentConfig(0), new Lines());
  // Where the system chooses, one port serves both, as browsers expect.
  assert.equal(first.quic?.port, first.http?.port);
  const port = first.quic?.port ?? 0;
  await assert.rejects(started(context, developmentConfig(port), new Lines()), { code: "EADDRINUSE" });
  const flags = ["--listen", "127.0.0.1:0", "--web-http-listen", `127.0.0.1:${port}`];
  const loaded = loadConfig({ argv: ["--dev", ...flags], environment: {}, readText: () => "" });
  const config = loaded.kind === "run" ? loaded.config : assert.fail();
  await assert.rejects(started(context, config, new Lines()), { code: "EADDRINUSE" });
});
