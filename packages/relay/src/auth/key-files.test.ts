import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ConfigurationError } from "../config/index.ts";
import { readClusterToken } from "./cluster-token.ts";
import { KeyFiles } from "./key-files.ts";
import { secretJwk } from "./token.fixture.ts";

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "moq-relay-keys-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const SILENT = { info: () => {}, warn: () => {} };

test("a file and a folder of keys are read together, in the folder by their names", async (t) => {
  const path = await folder(t);
  await mkdir(join(path, "keys"));
  const { kid: _, ...bare } = secretJwk();
  await writeFile(join(path, "root.jwk"), JSON.stringify(secretJwk("root")));
  await writeFile(join(path, "keys", "demo.jwk"), JSON.stringify(bare));
  await writeFile(join(path, "keys", "README"), "no key");
  const files = await KeyFiles.open({ key: join(path, "root.jwk"), keyDir: join(path, "keys") }, { log: SILENT });
  t.after(() => files.close());
  assert.equal(files.current().size, 2);
  assert.equal(files.current().find("demo", "HS256").kid, "demo");
});

test("files that cannot be used are refused by name", async (t) => {
  const path = await folder(t);
  await writeFile(join(path, "a.jwk"), "no key");
  const sources = [
    [{ key: join(path, "gone.jwk"), keyDir: undefined }, /gone\.jwk: there is no such file/],
    [{ key: undefined, keyDir: path }, /a\.jwk: is no JWK/],
    [{ key: undefined, keyDir: join(path, "a.jwk") }, /cannot be read/],
  ] as const;
  for (const [source, message] of sources) {
    await assert.rejects(KeyFiles.open(source, { log: SILENT }), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, message);
      return true;
    });
  }
});

test("a new key is in force without a restart, and a broken one is not", { timeout: 10_000 }, async (t) => {
  const file = join(await folder(t), "root.jwk");
  await writeFile(file, JSON.stringify(secretJwk("first")));
  let heard = (_text: string): void => {};
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      heard = resolve;
    });
  const log = { info: (text: string) => heard(text), warn: (text: string) => heard(text) };
  const files = await KeyFiles.open({ key: file, keyDir: undefined }, { log, interval: 5 });
  t.after(() => files.close());
  const complaint = next();
  await writeFile(file, "{");
  assert.match(await complaint, /keys before stay in force: .*root\.jwk: is no JWK/);
  assert.equal(files.current().find("first", "HS256").kid, "first");
  const change = next();
  await writeFile(`${file}.new`, JSON.stringify(secretJwk("second")));
  await rename(`${file}.new`, file);
  assert.match(await change, /1 in force/);
  assert.equal(files.current().find("second", "HS256").kid, "second");
});

test("a cluster token is the text itself or what its file holds", async (t) => {
  const file = join(await folder(t), "node.jwt");
  await writeFile(file, "a.b.c\n");
  assert.equal(await readClusterToken("a.b.c"), "a.b.c");
  assert.equal(await readClusterToken(file), "a.b.c");
  await writeFile(file, "nothing");
  await assert.rejects(readClusterToken(file), /node\.jwt: holds no token/);
  const cut = `${"ey".repeat(300)}.secret`;
  await assert.rejects(readClusterToken(cut), (error: Error) => !error.message.includes("secret"));
});
