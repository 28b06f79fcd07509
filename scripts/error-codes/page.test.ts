import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorCodesPage } from "./page.ts";

test("docs/error-codes.md has the codes as they are; `npm run docs` writes it again", () => {
  assert.equal(readFileSync(new URL("../../docs/error-codes.md", import.meta.url), "utf8"), errorCodesPage());
});
