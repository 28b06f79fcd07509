import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Cursor } from "../cursor.ts";
import { Framer } from "../framer.ts";
import { MAX_CONTROL_MESSAGE } from "../limits.ts";
import {
  decodeDatagram,
  decodeGroupHeader,
  encodeDatagram,
  encodeGroupHeader,
  VERSIONS,
  type Version,
} from "../lite/index.ts";
import { Writer } from "../writer.ts";
import { record, valuesOf } from "./arbitraries.ts";
import { KINDS } from "./kinds.ts";

// Every test here runs with a new seed; a failure prints it, with the path to the smallest case.

/** Keys with `undefined` and missing keys are told apart: the shape of a message does not depend on its content. */
function roundTrip(name: string, version: Version): void {
  const values = valuesOf(name, version);
  if (values === undefined) return;
  const kind = KINDS[name]!;
  const writer = new Writer();
  fc.assert(
    fc.property(values, fc.nat(), (value, place) => {
      writer.clear();
      kind.write(writer, value, version);
      const bytes = writer.view();
      const framer = new Framer(MAX_CONTROL_MESSAGE);
      const at = place % (bytes.length + 1);
      framer.push(bytes.subarray(0, at));
      const early = kind.read(framer, version);
      framer.push(bytes.subarray(at));
      assert.deepEqual(early ?? kind.read(framer, version), value);
      framer.finish();
    }),
  );
}

for (const version of Object.values(VERSIONS)) {
  test(`every message of ${version.name} reads back as it was written`, () => {
    for (const name of Object.keys(KINDS)) roundTrip(name, version);
  });

  test(`a group header of ${version.name} reads back as it was written`, () => {
    const frameStart = version.frameStart ? fc.maxSafeNat() : fc.constant(0);
    const headers = record({ subscription: fc.maxSafeNat(), sequence: fc.maxSafeNat(), frameStart });
    fc.assert(
      fc.property(headers, (header) => {
        const writer = new Writer();
        encodeGroupHeader(writer, header, version);
        const framer = new Framer(100);
        framer.push(writer.view());
        assert.deepEqual(decodeGroupHeader(framer.message()!, version), header);
      }),
    );
  });

  if (!version.datagrams) continue;
  test(`a datagram of ${version.name} reads back as it was written`, () => {
    const datagrams = record({
      subscription: fc.maxSafeNat(),
      sequence: fc.maxSafeNat(),
      timestamp: fc.maxSafeNat(),
      payload: fc.uint8Array(),
    });
    fc.assert(
      fc.property(datagrams, (datagram) => {
        const writer = new Writer();
        encodeDatagram(writer, datagram, version);
        assert.deepEqual(decodeDatagram(new Cursor(writer.view()), version), datagram);
      }),
    );
  });
}
