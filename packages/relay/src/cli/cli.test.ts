import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { helpText } from "../config/index.ts";
import { relayVersion } from "./version.ts";

const FIXTURE = new URL("cli.fixture.ts", import.meta.url).pathname;

interface Running {
  readonly child: ChildProcess;
  /** Everything that was written to both outputs so far. */
  readonly said: () => string;
  /** Resolves when the outputs match. */
  readonly heard: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with exit code and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

function start(t: TestContext, args: readonly string[], environment: Record<string, string> = {}): Running {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, [FIXTURE, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  let wake = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      wake();
    });
  }
  const heard = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) return match;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, said: () => text, heard, ended };
}

const TEXT = ["--log-format", "text"];
const ANY_PORT = [
  "--listen",
  "127.0.0.1:0",
  "--web-http-listen",
  "127.0.0.1:0",
  "--tls-generate",
  "localhost",
  "--auth-public",
  "",
];
const LIMIT = { timeout: 30_000 };

test("a relay starts, shows where it is, answers, and ends cleanly with SIGTERM and with SIGINT", LIMIT, async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const relay = start(t, [...TEXT, ...ANY_PORT]);
    const [, url] = await relay.heard(/HTTP +(http:\S+)/);
    const answer = await fetch(`${url}/health`);
    assert.equal(await answer.text(), "ok\n");
    relay.child.kill(signal);
    assert.deepEqual(await relay.ended, [0, null]);
    const lines = relay.said().trimEnd().split("\n");
    assert.match(lines[0]!, /^moq-relay \d+\.\d+\.\d+ on Node \d+\S+, ready \(\d+ ms\)$/);
    assert.ok(lines.length <= 13, relay.said());
    assert.match(relay.said(), new RegExp(`${signal}: closing`));
    assert.match(relay.said(), /QUIC +none: this is a fixture/);
    assert.match(relay.said(), /access +open to all: publish and subscribe \*\*/);
  }
});

test("without a terminal the log is JSON, and the start is one record", LIMIT, async (t) => {
  const relay = start(t, ANY_PORT);
  await relay.heard(/"ready"/);
  relay.child.kill("SIGTERM");
  await relay.ended;
  const records = relay
    .said()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const ready = records.find((record) => record.msg === "ready");
  assert.equal(ready.level, "info");
  assert.equal(ready.root, true);
  assert.match(ready.http, /^127\.0\.0\.1:[1-9]\d*$/);
  assert.match(ready.sha256, /^[0-9a-f]{64}$/);
});

test("a second signal ends at once, whatever is still open", LIMIT, async (t) => {
  const relay = start(t, [...TEXT, ...ANY_PORT], { FIXTURE: "stuck" });
  await relay.heard(/\/health/);
  relay.child.kill("SIGTERM");
  await relay.heard(/once more to end at once/);
  relay.child.kill("SIGINT");
  assert.deepEqual(await relay.ended, [1, null]);
});

test("a wrong configuration ends with 2, says all that is wrong, and starts nothing", LIMIT, async (t) => {
  const relay = start(t, ["--server-bnd", ":1", "--cache-duration", "x", "/nowhere/relay.toml"]);
  assert.deepEqual(await relay.ended, [2, null]);
  assert.equal(
    relay.said(),
    [
      "moq-relay: 3 problems in the configuration, nothing was started:",
      "  --server-bnd: unknown flag; did you mean --server-bind?",
      "  /nowhere/relay.toml: there is no such file",
      '  --cache-duration: "x" is not a duration: write "10s", "250ms", "1m30s", or a number of seconds',
      "",
    ].join("\n"),
  );
});

test("a certificate that is not there is a wrong configuration too", LIMIT, async (t) => {
  const args = ["--listen", ":1", "--tls-cert", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem", "--auth-public", "a"];
  const relay = start(t, args);
  assert.deepEqual(await relay.ended, [2, null]);
  assert.match(relay.said(), /\/nowhere\/c\.pem: there is no such file/);
});

test("a port in use ends with 1, names it and says what to do", LIMIT, async (t) => {
  const holder = createServer();
  t.after(() => holder.close());
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as { port: number };
  const relay = start(
    t,
    [...ANY_PORT, "--log-level", "warn"].map((word, i) => (i === 3 ? `127.0.0.1:${port}` : word)),
  );
  assert.deepEqual(await relay.ended, [1, null]);
  assert.match(relay.said(), new RegExp(`^moq-relay: could not start: the address 127\\.0\\.0\\.1:${port} is in use`));
  assert.match(relay.said(), /ss -lntup/);
});

test("anything else that keeps it from starting ends with 1", LIMIT, async (t) => {
  const relay = start(t, ANY_PORT, { FIXTURE: "fails" });
  assert.deepEqual(await relay.ended, [1, null]);
  assert.match(relay.said(), /could not start: Error: the engine is missing/);
});

test("help and version go to the standard output and end with 0", LIMIT, async (t) => {
  const help = start(t, ["--help"]);
  assert.deepEqual(await help.ended, [0, null]);
  assert.equal(help.said(), helpText(false));
  const version = start(t, ["--version"]);
  assert.deepEqual(await version.ended, [0, null]);
  assert.equal(version.said(), `moq-relay ${relayVersion()}\n`);
});

test("a reader of the log that goes away does not end the relay", LIMIT, async (t) => {
  const relay = start(t, [...ANY_PORT, "--log-level", "trace"]);
  await relay.heard(/"ready"/);
  relay.child.stdout?.destroy();
  // Each of these makes it write to the pipe that is gone.
  relay.child.kill("SIGTERM");
  assert.deepEqual(await relay.ended, [0, null]);
});
