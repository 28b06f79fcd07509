/** The largest value that QUIC's variable-length integers hold (RFC 9000 §16). */
export const MAX_VARINT: bigint = (1n << 62n) - 1n;

/** How many bytes (1, 2, 4 or 8) the shortest encoding of `value` takes. `value` is a safe, non-negative integer. */
export function varintSize(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  return value < 0x4000_0000 ? 4 : 8;
}

/** Writes `value` in its shortest form at `at`; returns the position after it. The caller has made sure of the room. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0x40) {
    bytes[at] = value;
    return at + 1;
  }
  if (value < 0x4000) {
    bytes[at] = 0x40 | (value >> 8);
    bytes[at + 1] = value;
    return at + 2;
  }
  if (value < 0x4000_0000) return writeUint32(bytes, at, value + 0x8000_0000);
  const high = Math.floor(value / 0x1_0000_0000);
  return writeUint32(bytes, writeUint32(bytes, at, high + 0xc000_0000), value % 0x1_0000_0000);
}

/** As `writeVarint`, for values that a number cannot hold exactly (frame types of QMux, ping sequences). */
export function writeVarint62(bytes: Uint8Array, at: number, value: bigint): number {
  if (value <= Number.MAX_SAFE_INTEGER) return writeVarint(bytes, at, Number(value));
  const high = Number(value >> 32n);
  return writeUint32(bytes, writeUint32(bytes, at, high + 0xc000_0000), Number(value & 0xffff_ffffn));
}

function writeUint32(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}
