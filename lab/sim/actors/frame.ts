/**
 * A frame that says what it is: instance, group and index as u32, a body made from them, and a hash of all that. The lab's
 * other numbered frames carry SHA-256; here millions are made and checked, so it is FNV-1a.
 */
export interface NumberedFrame {
  /** Which publisher made it. */
  readonly instance: number;
  readonly group: number;
  readonly index: number;
}

const HEADER = 12;
const HASH = 4;
/** Bytes of the shortest and the longest frame. */
const SHORTEST = HEADER + HASH;
const LONGEST = 96;

export function encodeNumbered({ instance, group, index }: NumberedFrame): Uint8Array {
  const stir = Math.imul(instance * 31 + group, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  const bytes = new Uint8Array(SHORTEST + ((stir >>> 8) % (LONGEST - SHORTEST)));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, instance);
  view.setUint32(4, group);
  view.setUint32(8, index);
  bytes.fill(stir & 0xff, HEADER, bytes.length - HASH);
  view.setUint32(bytes.length - HASH, fnv(bytes, bytes.length - HASH));
  return bytes;
}

/** Undefined when a byte of it is not what the publisher wrote. */
export function decodeNumbered(bytes: Uint8Array): NumberedFrame | undefined {
  if (bytes.length < SHORTEST) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - HASH;
  if (view.getUint32(end) !== fnv(bytes, end)) return undefined;
  return { instance: view.getUint32(0), group: view.getUint32(4), index: view.getUint32(8) };
}

function fnv(bytes: Uint8Array, end: number): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < end; i++) state = Math.imul(state ^ bytes[i]!, 0x01000193);
  return state >>> 0;
}
