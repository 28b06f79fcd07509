import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/moq-relay.mjs", import.meta.url));

test("--check says whether a file can be used, certificates included, and starts nothing", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "moq-relay-check-"));
  t.after(() => rm(folder, { recursive: true }));
  const check = async (text: string): Promise<[number | null, string]> => {
    await writeFile(join(folder, "relay.toml"), text);
    const ran = spawnSync(process.execPath, [BIN, "--check", "relay.toml"], { cwd: folder, encoding: "utf8" });
    return [ran.status, ran.stdout + ran.stderr];
  };
  const open = 'auth.public = "anon"\n';
  assert.deepEqual(await check(`${open}listen.tls.generate = "a"\n`), [0, "ok: relay.toml can be used\n"]);
  assert.deepEqual(await check(`${open}listen.tls.generate = "a"\ninternal.listen = ":9"\n`), [
    0,
    "warning: internal.listen: [::]:9 is unprotected; keep it off public networks\nok: relay.toml can be used\n",
  ]);
  const [status, said] = await check(`${open}listen.tls = { cert = "c.pem", key = "k.pem" }\n`);
  assert.equal(status, 2);
  assert.match(said, /c\.pem: there is no such file/);
  assert.equal((await check("listen = 1:2\n"))[0], 2);
});
