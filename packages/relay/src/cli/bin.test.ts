import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { relayVersion } from "./version.ts";

const BIN = fileURLToPath(new URL("../../bin/moq-relay.mjs", import.meta.url));

/** A Node on the path that cannot run the sources itself. */
function olderNode(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders
    .map((folder) => join(folder, "node"))
    .filter((file) => existsSync(file))
    .find((file) => {
      const major = Number(/^v(\d+)/.exec(spawnSync(file, ["--version"], { encoding: "utf8" }).stdout)?.[1]);
      return major >= 20 && major < 26;
    });
}

test("the command runs on this Node", () => {
  const ran = spawnSync(process.execPath, [BIN, "--version"], { encoding: "utf8" });
  assert.deepEqual([ran.status, ran.stdout], [0, `moq-relay ${relayVersion()}\n`]);
});

test("on an older Node it hands over to the one of the workspace, with exit code and outputs", (t) => {
  const node = olderNode();
  if (node === undefined) return t.skip("no Node from 20 to 25 on the path");
  const version = spawnSync(node, [BIN, "--version"], { encoding: "utf8" });
  assert.deepEqual([version.status, version.stdout], [0, `moq-relay ${relayVersion()}\n`]);
  const wrong = spawnSync(node, [BIN, "--listn", ":1"], { encoding: "utf8" });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /did you mean --listen\?/);
});

test("a signal goes through an older Node to the relay, and its exit code comes back", {
  timeout: 60_000,
}, async (t) => {
  const node = olderNode();
  if (node === undefined) return t.skip("no Node from 20 to 25 on the path");
  const args = "--listen 127.0.0.1:0 --web-http-listen 127.0.0.1:0 --tls-generate localhost --auth-public all".split(
    " ",
  );
  const child = spawn(node, [BIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  for await (const part of child.stdout) if (String(part).includes('"ready"')) break;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});

test("when the older Node is killed, the relay behind it ends", { timeout: 60_000 }, async (t) => {
  const node = olderNode();
  if (node === undefined) return t.skip("no Node from 20 to 25 on the path");
  const child = spawn(node, [BIN, "--dev", "0", "--log-format", "json"], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  // The output is the relay's own: it is closed when the relay is gone, and not before.
  for await (const part of child.stdout) {
    said += String(part);
    if (said.includes('"ready"')) child.kill("SIGKILL");
  }
  assert.match(said, /the process that started this one is gone: closing/);
});

test("through a symbolic link, as npm makes one, it is the same command", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "moq-relay-bin-"));
  t.after(() => rm(folder, { recursive: true }));
  const link = join(folder, "moq-relay");
  await symlink(BIN, link);
  const ran = spawnSync(process.execPath, [link, "/nowhere.toml"], { encoding: "utf8" });
  assert.deepEqual([ran.status, ran.stdout], [2, ""]);
  assert.match(ran.stderr, /nowhere\.toml: there is no such file/);
});
