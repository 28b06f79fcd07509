/**
 * QUIC variable-length integers (RFC 9000, section 16): the two top bits of the first byte give the size, 1, 2, 4 or 8
 * bytes, the rest is the value, big-endian. A value may be written longer than needed.
 */

/** The identity of a relay or publisher in a hop list, 0 to 2^62 - 1; 0 means that it has none. */
export type HopId = bigint;

/** The largest value a varint can hold, 2^62 - 1. */
export const MAX_VARINT: bigint = (1n << 62n) - 1n;

/**
 * The cost that cannot be exceeded. On the wire it is 2^62 - 1; as a number it is 2^53 - 1, and every cost read that is
 * not below is this one.
 */
export const MAX_COST: number = Number.MAX_SAFE_INTEGER;

/**
 * One more than the largest integer of a message, 2^53. Exclusive bounds and "value + 1" fields reach it, and it is still
 * an exact number.
 */
export const MAX_BOUND: number = 2 ** 53;

/** Two costs added, never above `MAX_COST`. */
export function addCost(a: number, b: number): number {
  return Math.min(a + b, MAX_COST);
}

/** How many bytes a varint has, from its first byte: 1, 2, 4 or 8. */
export function varintLength(first: number): number {
  return 1 << (first >>> 6);
}

/** How many bytes the shortest varint of `value` has. */
export function varintSize(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  return value < 0x4000_0000 ? 4 : 8;
}

/**
 * Reads the varint at `offset` as a number; all of it must be there. Exact up to 2^53; above that the result is rounded,
 * but never down to 2^53 or less.
 */
export function varintAt(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset]!;
  switch (first >>> 6) {
    case 0:
      return first;
    case 1:
      return ((first & 0x3f) << 8) | bytes[offset + 1]!;
    case 2:
      return ((first & 0x3f) << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
    default: {
      const value = highAt(bytes, offset) * 2 ** 32 + uint32At(bytes, offset + 4);
      // 2^53 + 1 would round to 2^53 and pass for it.
      return value === MAX_BOUND && bytes[offset + 7] !== 0 ? MAX_BOUND + 2 : value;
    }
  }
}

/** Reads the varint at `offset` exactly; all of it must be there. */
export function bigVarintAt(bytes: Uint8Array, offset: number): bigint {
  if (varintLength(bytes[offset]!) < 8) return BigInt(varintAt(bytes, offset));
  return (BigInt(highAt(bytes, offset)) << 32n) | BigInt(uint32At(bytes, offset + 4));
}

/** The 30 value bits in the first half of an 8-byte varint. */
function highAt(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset]! & 0x3f) << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
}

function uint32At(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
}
