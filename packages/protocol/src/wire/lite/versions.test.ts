import assert from "node:assert/strict";
import { test } from "node:test";
import { EXCHANGE_ALPN, SERVER_PREFERENCE, VERSIONS, versionOfAlpn, versionOfCode } from "./versions.ts";

test("an ALPN stands for one version, or for the SETUP exchange", () => {
  assert.deepEqual(
    SERVER_PREFERENCE.map((alpn) => versionOfAlpn(alpn)?.name),
    ["moq-lite-06", "moq-lite-05", "moq-lite-04", "moq-lite-03", undefined],
  );
  assert.equal(SERVER_PREFERENCE.at(-1), EXCHANGE_ALPN);
});

test("names of drafts that never were a version stand for none", () => {
  for (const alpn of ["", "moq-lite-05-wip", "moq-lite-06-wip", "moq-lite-07-wip", "moqt-16", "__proto__"]) {
    assert.equal(versionOfAlpn(alpn), undefined, alpn);
  }
});

test("the SETUP exchange agrees on 02 and 01 only", () => {
  assert.equal(versionOfCode(0xff0dad02)?.name, "moq-lite-02");
  assert.equal(versionOfCode(0xff0dad01)?.name, "moq-lite-01");
  assert.equal(versionOfCode(0xff0dad03), undefined);
  assert.equal(versionOfCode(0xff00000e), undefined);
});

test("names and codes count up together", () => {
  for (const [name, version] of Object.entries(VERSIONS)) {
    assert.equal(version.name, name);
    assert.equal(version.code - 0xff0dad00, Number(name.slice(-2)));
  }
});
