import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Cursor } from "../cursor.ts";
import { WIRE_ERROR_CODES, WireError } from "../errors.ts";
import { Framer } from "../framer.ts";
import { decodeDatagram, decodeGroupHeader, FrameScanner, transcoder, VERSIONS, type Version } from "../lite/index.ts";
import { Writer } from "../writer.ts";
import { KINDS } from "./kinds.ts";
import { parseVectors } from "./vector.ts";

// Every test here runs with a new seed; a failure prints it, with the path to the smallest case.

const LIMIT = 500;
const RUNS = { numRuns: 300 };
const vectors = parseVectors(readFileSync(new URL("lite.txt", import.meta.url), "utf8"));
const versions = fc.constantFrom(...Object.values(VERSIONS));

/** Noise; and, because noise seldom gets past a length, vectors with some bytes changed, and runs of them. */
const mutated = fc
  .tuple(fc.constantFrom(...vectors), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
  .map(([{ bytes }, changes]) => {
    const changed = bytes.slice();
    for (const [at, value] of changes) changed[at % changed.length] = value;
    return changed;
  });
const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated);
const chunks = fc.array(bytes, { maxLength: 10 });

/** Runs; only a `WireError` of the closed set may come out. */
function survives(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    assert.ok(WIRE_ERROR_CODES.includes(error.code));
  }
}

function feed(framer: Framer, received: readonly Uint8Array[], take: (framer: Framer) => unknown): void {
  for (const chunk of received) {
    framer.push(chunk);
    while (take(framer) !== undefined) assert.ok(framer.reserved <= 2 * (LIMIT + 16));
    assert.ok(framer.buffered <= LIMIT + 16);
    assert.ok(framer.reserved <= 2 * (LIMIT + 16));
  }
  framer.finish();
}

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name}: whatever bytes come, there are values or an error`, () => {
    fc.assert(
      fc.property(versions, chunks, (version, received) => {
        survives(() => feed(new Framer(LIMIT), received, (framer) => kind.read(framer, version)));
      }),
      RUNS,
    );
  });

  test(`${name}: what was read can be written, and reads the same again`, () => {
    const own = vectors.filter((vector) => vector.kind === name);
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...own), changes, ({ version, bytes: original }, changed) => {
        const received = original.slice(kind.streamType === undefined ? 0 : 1);
        for (const [at, value] of changed) received[at % received.length] = value;
        survives(() => again(name, received, version));
      }),
      RUNS,
    );
  });
}

function again(name: string, received: Uint8Array, version: Version): void {
  const kind = KINDS[name]!;
  const read = (from: Uint8Array) => {
    const framer = new Framer(LIMIT);
    framer.push(from);
    return kind.read(framer, version);
  };
  const value = read(received);
  if (value === undefined || (value as { kind?: string }).kind === "unknown") return;
  const writer = new Writer();
  kind.write(writer, value, version);
  assert.deepEqual(read(writer.view()), value);
}

test("group streams: whatever bytes come, there are frames or an error", () => {
  fc.assert(
    fc.property(versions, chunks, (version, received) => {
      survives(() => {
        const framer = new Framer(LIMIT);
        const scanner = new FrameScanner(version.frames, { maxFrame: LIMIT });
        let header: unknown;
        for (const chunk of received) {
          framer.push(chunk);
          if (header === undefined) {
            const message = framer.message();
            header = message && decodeGroupHeader(message, version);
          }
          if (header === undefined) continue;
          scanner.push(framer.rest(), (offset, payloadOffset, length, timestamp) => {
            assert.ok(offset < payloadOffset && length <= LIMIT);
            assert.ok(timestamp === undefined || Number.isSafeInteger(timestamp));
          });
        }
      });
    }),
    RUNS,
  );
});

test("transcoding: what comes out is frames of the other format, and never much more", () => {
  fc.assert(
    fc.property(fc.constantFrom("plain" as const, "timed" as const), chunks, (from, received) => {
      survives(() => {
        const convert = transcoder(from, (frame) => frame * 33, LIMIT);
        const check = new FrameScanner(from === "plain" ? "timed" : "plain", { maxFrame: LIMIT });
        for (const chunk of received) {
          const converted = convert(chunk);
          assert.ok(converted.length <= 9 * chunk.length);
          check.push(converted, () => {});
        }
      });
    }),
    RUNS,
  );
});

test("datagrams: whatever bytes come, there is one or an error", () => {
  fc.assert(
    fc.property(fc.constantFrom(VERSIONS["moq-lite-05"], VERSIONS["moq-lite-06"]), bytes, (version, received) => {
      survives(() => decodeDatagram(new Cursor(received), version));
    }),
    RUNS,
  );
});
