import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildPage } from "./page-build.ts";

test("a page that was built is not built again", async () => {
  const index = join(await buildPage(), "index.html");
  const { mtimeMs } = statSync(index);
  await buildPage();
  assert.equal(statSync(index).mtimeMs, mtimeMs);
});

test("the built page loads nothing from elsewhere", async () => {
  const folder = await buildPage();
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const loaded = [...page.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  for (const address of loaded.filter((each) => !each.startsWith("data:"))) {
    assert.ok(existsSync(join(folder, address)), address);
  }
  assert.ok(readdirSync(join(folder, "assets")).some((name) => name.endsWith(".js")));
});
