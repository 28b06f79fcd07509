import assert from "node:assert/strict";
import { test } from "node:test";
import { Writer } from "../writer.ts";
import { BIDI, bidiKind, encodeStreamType, UNI, uniKind } from "./stream-type.ts";
import { VERSIONS, type VersionName } from "./versions.ts";

test("each version knows its own streams and no others", () => {
  const bidi: Record<VersionName, string> = {
    "moq-lite-01": "announce subscribe setup-exchange",
    "moq-lite-02": "announce subscribe setup-exchange",
    "moq-lite-03": "announce subscribe fetch probe",
    "moq-lite-04": "announce subscribe fetch probe goaway",
    "moq-lite-05": "announce subscribe fetch probe goaway track",
    "moq-lite-06": "announce subscribe fetch probe goaway track",
  };
  for (const version of Object.values(VERSIONS)) {
    const kinds = Array.from({ length: 256 }, (_, type) => bidiKind(type, version)).filter(Boolean);
    assert.equal(kinds.join(" "), bidi[version.name], version.name);
    const stream = version.setup === "stream";
    const uni = Array.from({ length: 256 }, (_, type) => uniKind(type, version)).filter(Boolean);
    assert.deepEqual(uni, stream ? ["group", "setup"] : ["group"], version.name);
  }
});

test("the session stream is reserved and the server's setup is nobody's to open", () => {
  assert.equal(bidiKind(BIDI.session, VERSIONS["moq-lite-06"]), undefined);
  assert.equal(bidiKind(BIDI.serverSetup, VERSIONS["moq-lite-02"]), undefined);
});

test("a stream type is a bare varint", () => {
  const writer = new Writer();
  encodeStreamType(writer, UNI.setup);
  encodeStreamType(writer, BIDI.clientSetup);
  assert.deepEqual([...writer.view()], [1, 0x20]);
});
