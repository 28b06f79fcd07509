import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromRustPage } from "./from-rust.ts";
import { helpText } from "./help.ts";
import { OPTIONS } from "./options/index.ts";
import { referencePage } from "./reference.ts";

test("docs/config.md and docs/from-rust.md are what the options say; `npm run docs` writes them again", () => {
  for (const [file, text] of Object.entries({ "config.md": referencePage(), "from-rust.md": fromRustPage() })) {
    const page = new URL(`../../../../docs/${file}`, import.meta.url);
    assert.equal(readFileSync(page, "utf8"), text);
  }
});

test("--help fits one screen", () => {
  const lines = helpText(false).split("\n");
  assert.ok(lines.length <= 48, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 120, line);
});

test("--help-all has every option with its variable", () => {
  const text = helpText(true);
  for (const option of OPTIONS) assert.ok(text.includes(option.help), option.path);
  assert.match(text, /--limits-control-message SIZE +MOQ_LIMITS_CONTROL_MESSAGE/);
});
