import fc from "fast-check";

/** Where to cut bytes of any length. */
export const places: fc.Arbitrary<number[]> = fc.array(fc.nat(), { maxLength: 40 });

/** Cuts bytes at these places, taken modulo their length. Some pieces may be empty. */
export function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = at.map((place) => place % (bytes.length + 1)).concat(bytes.length);
  ends.sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}
