import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "./decode.ts";
import { encodeFrame } from "./encode.ts";
import type { Frame } from "./frame.ts";
import { type Framing, hasRecords } from "./framing.ts";
import { bytesOf, VECTORS } from "./vectors.ts";
import { VIOLATIONS, Violation } from "./violation.ts";

function decode(framing: Framing, message: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  decodeMessage(framing, message, (frame) => frames.push(frame) > 0);
  return frames;
}

function decodeHex(framing: Framing, hex: string): Frame[] {
  return decode(framing, bytesOf(hex));
}

for (const { name, framings, hex, frame } of VECTORS) {
  for (const framing of framings) {
    test(`${framing}: ${name} is read and written`, () => {
      assert.deepEqual(decodeHex(framing, hex), [frame]);
      assert.equal(Buffer.from(encodeFrame(framing, frame)).toString("hex"), hex.replaceAll(/\s/g, ""));
    });

    test(`${framing}: ${name}, cut anywhere, is a violation and nothing else`, () => {
      const bytes = bytesOf(hex);
      for (let cut = 1; cut < bytes.length; cut++) {
        const part = bytes.subarray(0, cut);
        // Where a payload runs to the end of its message, a shorter message is a shorter payload.
        if (framing === "legacy" && isWholeWithoutItsEnd(frame, cut)) assert.equal(decode(framing, part).length, 1);
        else assert.throws(() => decode(framing, part), Violation, `${cut} bytes`);
      }
    });
  }
}

function isWholeWithoutItsEnd(frame: Frame, bytes: number): boolean {
  return (frame.type === "stream" || frame.type === "close") && bytes >= 2;
}

test("all frames of a record are read, padding between them is passed over", () => {
  for (const framing of ["qmux-01", "qmux-02"] as const) {
    const vectors = VECTORS.filter(({ framings }) => framings.includes(framing));
    const record = bytesOf(vectors.map(({ hex }) => `00 ${hex} 0000`).join(""));
    assert.deepEqual(
      decode(framing, record),
      vectors.map(({ frame }) => frame),
    );
  }
});

test("a visitor that has enough hears no more", () => {
  const seen: Frame[] = [];
  decodeMessage("qmux-01", bytesOf("05 02 00 05 06 00"), (frame) => seen.push(frame) === 0);
  assert.equal(seen.length, 1);
});

test("an empty message is an empty record, and no frame", () => {
  assert.deepEqual(decodeHex("qmux-01", ""), []);
  assert.throws(() => decodeHex("qmux-00", ""), Violation);
  assert.throws(() => decodeHex("legacy", ""), Violation);
});

test("a message of qmux-00 holds one frame", () => {
  assert.throws(() => decodeHex("qmux-00", "05 02 00 05 06 00"), Violation);
});

test("the optional fields of STREAM may be missing", () => {
  const data = bytesOf("6869");
  assert.deepEqual(decodeHex("qmux-01", "08 06 6869"), [{ type: "stream", id: 6, offset: 0, data, fin: false }]);
  assert.deepEqual(decodeHex("qmux-01", "0b 06 02 6869"), [{ type: "stream", id: 6, offset: 0, data, fin: true }]);
  assert.deepEqual(decodeHex("qmux-01", "0c 06 09 6869"), [{ type: "stream", id: 6, offset: 9, data, fin: false }]);
});

test("RESET_STREAM_AT is a reset, in qmux-02 only, and only a consistent one", () => {
  assert.deepEqual(decodeHex("qmux-02", "24 03 1f 0a 05"), [
    { type: "reset", id: 3, code: 31, finalSize: 10, at: true },
  ]);
  assert.throws(() => decodeHex("qmux-02", "24 03 1f 05 0a"), Violation);
  assert.throws(() => decodeHex("qmux-01", "24 03 1f 0a 05"), Violation);
});

test("a datagram without a length runs to the end of the record", () => {
  assert.deepEqual(decodeHex("qmux-01", "30 6869"), [{ type: "datagram", data: bytesOf("6869"), size: 3 }]);
  assert.throws(() => decodeHex("qmux-00", "31 02 6869"), Violation);
});

test("reports of blocked peers are passed over", () => {
  assert.deepEqual(decodeHex("qmux-01", "14 05 15 02 05 16 05 17 05"), Array(4).fill({ type: "blocked" }));
});

test("types and numbers may be written longer than they need", () => {
  assert.deepEqual(decodeHex("qmux-01", "c000000000000005 80000002 4000"), [{ type: "stop", id: 2, code: 0 }]);
});

test("a limit beyond every number is the largest number", () => {
  assert.deepEqual(decodeHex("qmux-01", "10 ffffffffffffffff"), [{ type: "max-data", max: Number.MAX_SAFE_INTEGER }]);
});

test("a ping's sequence is kept exactly", () => {
  const [frame] = decodeHex("qmux-01", "f48c67529ef8c7bd ffffffffffffffff");
  assert.deepEqual(frame, { type: "ping", response: false, sequence: (1n << 62n) - 1n });
  assert.equal(Buffer.from(encodeFrame("qmux-01", frame!)).toString("hex"), "f48c67529ef8c7bdffffffffffffffff");
});

test("unknown frame types are violations in every framing", () => {
  for (const framing of ["qmux-02", "qmux-01", "qmux-00", "legacy"] as const) {
    for (const hex of ["01", "07", "1e", "3f", "40ff", "ff5153300d0a0d0b00", "f48c67529ef8c7bf00"]) {
      assert.throws(() => decodeHex(framing, `${hex} 00 00 00 00`), Violation, `${framing} ${hex}`);
    }
  }
});

test("transport parameters: unknown ones are passed over, bad ones refused", () => {
  const read = (body: string) => {
    const length = Buffer.from([bytesOf(body).length]).toString("hex");
    return decodeHex("qmux-01", `ff5153300d0a0d0a ${length} ${body}`);
  };
  const [empty] = read("");
  assert.ok(empty?.type === "parameters" && empty.parameters.maxData === 0 && empty.parameters.maxRecord === 16_382);
  const [unknown] = read("21 03 010203 21 00 0401 05");
  assert.ok(unknown?.type === "parameters" && unknown.parameters.maxData === 5);
  const bad = {
    twice: "0401 05 0401 05",
    "longer than its number": "0402 0505",
    "without a number": "0400",
    "cut short": "0404 80",
    "of QUIC alone": "0001 05",
    "of QUIC alone, too": "0f01 05",
    "application protocols": "fd4f9c2a8b1e6075 00",
    "a flag with a value": "1d01 05",
  };
  for (const [what, body] of Object.entries(bad)) assert.throws(() => read(body), Violation, what);
});

test("a reason of any length is cut to 1,024 bytes, at the border of a character", () => {
  const frame = { type: "close", byApplication: true, code: 0, reason: "ü".repeat(2_000) } as const;
  for (const framing of ["qmux-01", "legacy"] as const) {
    const [read] = decode(framing, encodeFrame(framing, frame));
    assert.deepEqual(read, { ...frame, reason: "ü".repeat(512) });
  }
});

test("noise gives frames or violations, nothing else", () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const codes: ReadonlySet<number> = new Set(Object.values(VIOLATIONS));
  for (let round = 0; round < 40_000; round++) {
    const framing = (["qmux-02", "qmux-01", "qmux-00", "legacy"] as const)[round % 4]!;
    const vector = VECTORS[Math.floor(random() * VECTORS.length)]!;
    const message = bytesOf(vector.hex);
    for (let flips = 0; flips < 1 + random() * 3; flips++) {
      message[Math.floor(random() * message.length)] = Math.floor(random() * 256);
    }
    try {
      decode(framing, message.subarray(0, hasRecords(framing) ? message.length : Math.ceil(random() * message.length)));
    } catch (error) {
      assert.ok(error instanceof Violation && codes.has(error.code), `SEED=${seed}: ${error}`);
    }
  }
});
