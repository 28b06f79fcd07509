import { readFileSync } from "node:fs";
import { parseVectors, type Vector } from "../../../../packages/protocol/src/wire/vectors/vector.ts";

const FILE = new URL("../../../../packages/protocol/src/wire/vectors/lite.txt", import.meta.url);

/** The byte vectors of the wire, all versions. */
export const WIRE_VECTORS: readonly Vector[] = parseVectors(readFileSync(FILE, "utf8"));

const UTF8 = new TextEncoder();

/** Pieces of the vectors, and texts that are awkward as names. */
export const WIRE_WORDS: readonly Uint8Array[] = [
  ...pieces(),
  ...[
    "/",
    "//",
    "a/b",
    "/a/",
    ".internal",
    ".",
    "..",
    "a".repeat(64),
    "a/".repeat(33),
    "\ufeff",
    "\u0000",
    "é",
    "😀",
    "%2f",
  ].map((text) => UTF8.encode(text)),
  // Not UTF-8: a lone continuation, a cut sequence, a surrogate, an overlong slash, beyond the last character.
  ...[[0x80], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80]].map((bytes) =>
    Uint8Array.from(bytes),
  ),
];

function pieces(): Uint8Array[] {
  return WIRE_VECTORS.flatMap(({ bytes }) => [bytes.slice(0, 8), bytes.slice(1), bytes.slice(-4)]);
}
