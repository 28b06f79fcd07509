import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursor } from "../cursor.ts";
import { WireError, type WireErrorCode } from "../errors.ts";
import { Framer } from "../framer.ts";
import {
  MAX_CONTROL_MESSAGE,
  MAX_HOPS,
  MAX_PATH,
  MAX_PATH_SEGMENTS,
  MAX_SUFFIXES,
  MAX_TRACK_NAME,
  MAX_URI,
} from "../limits.ts";
import { VERSIONS, type Version } from "../lite/index.ts";
import { Writer } from "../writer.ts";
import { KINDS } from "./kinds.ts";

const LITE_01 = VERSIONS["moq-lite-01"];
const LITE_02 = VERSIONS["moq-lite-02"];
const LITE_04 = VERSIONS["moq-lite-04"];
const LITE_05 = VERSIONS["moq-lite-05"];
const LITE_06 = VERSIONS["moq-lite-06"];

/** Reads one message (without its stream type) whose parts are given in hex or by a function that writes them. */
function reads(kind: string, version: Version, ...parts: readonly (string | ((writer: Writer) => void))[]): unknown {
  const writer = new Writer();
  for (const part of parts) {
    if (typeof part === "string") writer.raw(Buffer.from(part.replaceAll(" ", ""), "hex"));
    else part(writer);
  }
  const framer = new Framer(MAX_CONTROL_MESSAGE);
  framer.push(writer.view());
  return KINDS[kind]!.read(framer, version);
}

/** A message of these fields. */
function message(write: (writer: Writer) => void): (writer: Writer) => void {
  return (writer) => {
    const mark = writer.begin();
    write(writer);
    writer.end(mark);
  };
}

function refuses(code: WireErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof WireError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

test("a path of 32 segments is read, one of 33 is an error", () => {
  const path = (segments: number) => message((writer) => writer.string(Array(segments).fill("a").join("/")));
  assert.ok(reads("announce-stream", LITE_06, path(MAX_PATH_SEGMENTS)));
  refuses("path-too-deep", () => reads("announce-stream", LITE_06, path(MAX_PATH_SEGMENTS + 1)));
});

test("slashes that separate nothing do not count as segments", () => {
  const path = message((writer) => writer.string("/".repeat(100)));
  assert.deepEqual(reads("announce-stream", LITE_06, path), { prefix: "", excludeHop: 0n });
});

test("a path, track name or address beyond its size is an error", () => {
  const prefix = message((writer) => writer.string("a".repeat(MAX_PATH + 1)));
  refuses("string-too-long", () => reads("announce-stream", LITE_06, prefix));
  const track = message((writer) => {
    writer.string("room");
    writer.string("a".repeat(MAX_TRACK_NAME + 1));
  });
  refuses("string-too-long", () => reads("track-stream", LITE_06, track));
  const uri = (bytes: number) => message((writer) => writer.string("a".repeat(bytes)));
  assert.ok(reads("goaway-stream", LITE_06, uri(MAX_URI)));
  refuses("string-too-long", () => reads("goaway-stream", LITE_06, uri(MAX_URI + 1)));
  const path = message((writer) => {
    writer.varint(1);
    writer.varint(2);
    writer.string("a".repeat(MAX_URI + 1));
  });
  refuses("string-too-long", () => reads("setup-stream", LITE_06, path));
});

test("text that is not UTF-8 is an error", () => {
  refuses("not-utf8", () => reads("announce-stream", LITE_06, "03 02 c328"));
  refuses("not-utf8", () => reads("announce-stream", LITE_06, "04 03 eda080"));
  refuses("not-utf8", () => reads("setup-stream", LITE_06, "04 01 02 01 ff"));
});

test("a nonzero hop twice in one list is an error", () => {
  refuses("duplicate-hop", () => reads("announcement", LITE_06, "00 09 03 63616d 02 07 07 00 00"));
  refuses("duplicate-hop", () => reads("announcement", LITE_06, "02 06 00 02 07 07 00 00"));
  refuses("duplicate-hop", () => reads("announcement", LITE_04, "08 01 03 63616d 02 07 07"));
});

test("32 hops are read, 33 are an error", () => {
  const hops = (count: number) =>
    message((writer) => {
      writer.string("cam");
      writer.varint(count);
      for (let i = 0; i < count; i++) writer.varint(i);
      writer.cost(0);
      writer.cost(0);
    });
  assert.ok(reads("announcement", LITE_06, "00", hops(MAX_HOPS)));
  refuses("too-many-hops", () => reads("announcement", LITE_06, "00", hops(MAX_HOPS + 1)));
  refuses("too-many-hops", () => reads("announcement", VERSIONS["moq-lite-03"], "06 01 03 63616d 21"));
});

test("an announce status without meaning is an error", () => {
  refuses("bad-value", () => reads("announcement", LITE_05, "06 03 03 63616d 00"));
  refuses("bad-value", () => reads("announcement", LITE_04, "06 02 03 63616d 00"));
});

test("a subscribe reply of unknown type is an error", () => {
  refuses("unknown-type", () => reads("subscribe-reply", LITE_04, "02 00"));
  refuses("unknown-type", () => reads("subscribe-reply", LITE_06, "03 00"));
});

test("ranges that end before they begin are an error", () => {
  refuses("bad-value", () => reads("subscribe-reply", LITE_06, "02 03 07 05 02"));
  refuses("bad-value", () => reads("fetch-stream", LITE_06, "08 01 61 01 62 00 2a 03 03"));
});

test("an end frame without an end group is an error", () => {
  refuses("bad-value", () => reads("subscribe-stream", LITE_06, "0b 00 01 61 01 62 00 00 00 00 00 03"));
  refuses("bad-value", () => reads("subscribe-update", LITE_06, "06 00 00 00 00 00 03"));
});

test("a timescale of 0 is an error", () => {
  refuses("bad-value", () => reads("track-info", LITE_06, "04 7f 5388 00"));
});

test("an integer of 2^53 is an error, 2^53 - 1 is not", () => {
  assert.deepEqual(reads("probe", LITE_06, "09 c01fffffffffffff 00"), { bitrate: Number.MAX_SAFE_INTEGER, rtt: 0 });
  refuses("integer-too-large", () => reads("probe", LITE_06, "09 c020000000000000 00"));
  refuses("integer-too-large", () => reads("probe", LITE_06, "09 c020000000000001 00"));
  refuses("integer-too-large", () => reads("probe", LITE_06, "09 ffffffffffffffff 00"));
});

test("an exclusive end reaches 2^53 and no further", () => {
  const end = (raw: string) => reads("subscribe-reply", LITE_06, `01 08 ${raw}`);
  assert.deepEqual(end("c020000000000000"), { kind: "end", group: 2 ** 53 });
  refuses("integer-too-large", () => end("c020000000000001"));
});

test("a cost of 2^53 and more is the largest cost, not an error", () => {
  const costs = reads("announcement", LITE_06, "00 15 03 63616d 00 c01ffffffffffffe c020000000000001");
  assert.deepEqual(costs, {
    kind: "start",
    suffix: "cam",
    hops: [],
    cost: { warm: Number.MAX_SAFE_INTEGER - 1, cold: Number.MAX_SAFE_INTEGER },
  });
});

test("a parameter twice, or with more than its value, is an error", () => {
  refuses("duplicate-parameter", () => reads("setup-stream", LITE_05, "07 02 01 01 01 01 01 02"));
  refuses("duplicate-parameter", () => reads("setup-stream", LITE_05, "05 02 09 00 09 00"));
  refuses("trailing", () => reads("setup-stream", LITE_05, "05 01 05 02 2a 00"));
  refuses("truncated", () => reads("setup-stream", LITE_05, "04 01 05 01 40"));
  refuses("truncated", () => reads("setup-stream", LITE_05, "03 01 01 00"));
});

test("64 parameters are read, 65 are an error", () => {
  const setup = (count: number) =>
    message((writer) => {
      writer.varint(count);
      for (let i = 0; i < count; i++) {
        writer.varint(100 + i);
        writer.varint(0);
      }
    });
  assert.equal((reads("setup-stream", LITE_06, setup(64)) as { others: unknown[] }).others.length, 64);
  refuses("too-many-parameters", () => reads("setup-stream", LITE_06, setup(65)));
});

test("a parameter id that is no exact number is passed over", () => {
  const setup = reads("setup-stream", LITE_06, "0a 01 ffffffffffffffff 00") as { others: unknown[] };
  assert.deepEqual(setup.others, []);
});

test("too many offered versions are an error", () => {
  refuses("too-many-versions", () => reads("client-setup-stream", LITE_02, "0002 4041"));
});

test("a version number beyond all bounds is offered in vain, not an error", () => {
  const setup = reads("client-setup-stream", LITE_02, "0012 02 ffffffffffffffff c0000000ff0dad02 00");
  assert.deepEqual(setup, { versions: [Number.MAX_SAFE_INTEGER, LITE_02.code] });
});

test("a snapshot that promises more suffixes than it holds allocates nothing for them", () => {
  refuses("truncated", () => reads("announce-init", LITE_01, "03 4fff 00"));
});

test("a snapshot of 4096 suffixes is read, one of more is refused before any of them is", () => {
  const snapshot = (count: number) =>
    message((writer) => {
      writer.varint(count);
      for (let i = 0; i < count; i++) writer.string(`${i}`);
    });
  const read = reads("announce-init", LITE_01, snapshot(MAX_SUFFIXES)) as { suffixes: unknown[] };
  assert.equal(read.suffixes.length, MAX_SUFFIXES);
  refuses("too-many-suffixes", () => reads("announce-init", LITE_01, snapshot(MAX_SUFFIXES + 1)));
  refuses("too-many-suffixes", () => reads("announce-init", LITE_01, "08 c01fffffffffffff"));
});

test("a message that its version does not have is refused", () => {
  refuses("unsupported", () => reads("announce-init", LITE_06, "01 00"));
  refuses("unsupported", () => reads("announce-ok", LITE_04, "02 2a 01"));
  refuses("unsupported", () => reads("subscribe-update", LITE_02, "01 00"));
  refuses("unsupported", () => reads("track-info", LITE_04, "05 7f 5388 43e8"));
  refuses("unsupported", () => reads("fetch-stream", LITE_02, "01 00"));
  refuses("unsupported", () => reads("probe", LITE_02, "01 00"));
  refuses("unsupported", () => reads("goaway-stream", VERSIONS["moq-lite-03"], "01 00"));
  refuses("unsupported", () => reads("setup-stream", LITE_04, "01 00"));
  refuses("unsupported", () => reads("session-info", LITE_04, "01 00"));
  const reply = { kind: "end", group: 1 } as const;
  refuses("unsupported", () => KINDS["subscribe-reply"]!.write(new Writer(), reply, LITE_02));
  refuses("unsupported", () => KINDS["subscribe-reply"]!.write(new Writer(), reply, LITE_04));
  refuses("unsupported", () => KINDS.announcement!.write(new Writer(), { kind: "end", id: 1 }, LITE_05));
});

test("a field is read from its own message and never from the next", () => {
  const framer = new Framer(MAX_CONTROL_MESSAGE);
  framer.push(Uint8Array.of(1, 0x40, 1, 0x40));
  const body = framer.message();
  refuses("truncated", () => body?.varint("field"));
  assert.equal(new Cursor(Uint8Array.of(0x40)).tryVarint("field"), undefined);
});
