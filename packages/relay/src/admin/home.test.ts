import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseSocketAddress } from "../config/index.ts";
import { defaultLimits } from "../limits.ts";
import { listen, type RelayView, webApp } from "./index.ts";

const VIEW: RelayView = {
  unready: () => undefined,
  fingerprint: () => undefined,
  announced: async () => ({ names: ["one"], complete: true }),
  fetch: async () => "not found",
  readings: [],
};

async function serve(t: TestContext, page?: string): Promise<(path: string) => Promise<Response>> {
  const limits = defaultLimits();
  const { fetch: answer } = webApp(VIEW, limits, page);
  const address = parseSocketAddress("127.0.0.1:0");
  const listener = await listen({ address, fetch: answer as (request: Request) => Promise<Response>, limits });
  t.after(() => listener.close(0));
  return (path) => fetch(`http://${listener.address.text}${path}`);
}

test("a browser that opens the address of a relay reads what it is, and where the broadcasts are", async (t) => {
  const get = await serve(t);
  const home = await get("/");
  assert.deepEqual([home.status, home.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  const [, listing] = /href="(\/ann[^"]+)"/.exec(await home.text()) ?? [];
  assert.equal(await (await get(listing ?? "")).text(), "one\n");
});

test("a page takes the place of the short one, and leaves the relay's own pages as they are", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "moq-relay-page-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "index.html"), "<title>a page</title>");
  await writeFile(join(folder, "code.js"), "export {};");
  const get = await serve(t, folder);
  assert.equal(await (await get("/?watch=127.0.0.1:1")).text(), "<title>a page</title>");
  // Without the type browsers refuse a script.
  assert.match((await get("/code.js")).headers.get("content-type") ?? "", /^text\/javascript/);
  assert.equal(await (await get("/announced")).text(), "one\n");
  assert.equal((await get("/nothing.js")).status, 404);
  assert.equal((await get("/%2e%2e/%2e%2e/etc/hostname")).status, 404);
});
