import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "smol-toml";
import { keyLines, pathKey } from "./toml-lines.ts";

function lineOf(text: string, key: string): number | undefined {
  return keyLines(text).get(pathKey(key.split(".")));
}

test("keys are found under tables, dotted, quoted, in inline tables and after long values", () => {
  const text = [
    "# [not.a.table]",
    'top = "a = [1]"',
    "[listen]",
    'bind = "x" # note',
    "tls.cert = [",
    '  "a", # b = 1',
    '  "c = 2",',
    "]",
    '"tls".key = "k"',
    "[listen.unix]",
    'text = """',
    "inner = 3",
    '"""',
    "allow = { uid = [1, 2], gid = 3 }",
    "last = 1",
    "[[peers]]",
    "cost = 1",
  ].join("\n");
  parse(text);
  const expected: Record<string, number> = {
    top: 2,
    listen: 3,
    "listen.bind": 4,
    "listen.tls.cert": 5,
    "listen.tls.key": 9,
    "listen.unix": 10,
    "listen.unix.text": 11,
    "listen.unix.allow": 14,
    "listen.unix.allow.uid": 14,
    "listen.unix.allow.gid": 14,
    "listen.unix.last": 15,
    peers: 16,
    "peers.cost": 17,
  };
  for (const [key, line] of Object.entries(expected)) assert.equal(lineOf(text, key), line, key);
  assert.equal(lineOf(text, "inner"), undefined);
  assert.equal(lineOf(text, "not.a.table"), undefined);
});

test("whatever values stand between, a key is found in its line", () => {
  const values = [
    '"#"',
    "'['",
    "[1, [2, 3]]",
    "{ a = 1, b = { c = 2 } }",
    "[\n 1,\n 2 ]",
    '"""\n[x]\ny = 1\n"""',
    "'''\n= '''",
    "1979-05-27T07:32:00Z",
    "-1.5e3",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...values), { maxLength: 12 }), (chosen) => {
      const before = chosen.map((value, i) => `[t${i}]\nk = ${value}\n`).join("");
      const text = `${before}[end]\nkey = 1\n`;
      parse(text);
      assert.equal(lineOf(text, "end.key"), text.split("\n").length - 1);
    }),
  );
});
