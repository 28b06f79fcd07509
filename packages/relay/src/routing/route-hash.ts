import type { HopId, Path } from "@moq-relay/protocol/model";

/**
 * The last word between two equally good ways: FNV-1a, 64 bits, over the UTF-8 bytes of the path and then each hop as 8
 * bytes, little-endian. Basis and order are those of the Rust relay, so that mixed clusters agree.
 */
export function routeHash(path: Path, hops: readonly HopId[]): bigint {
  let hash = BASIS;
  for (const byte of UTF8.encode(path)) hash = mix(hash, BigInt(byte));
  for (const hop of hops) {
    for (let shift = 0n; shift < 64n; shift += 8n) hash = mix(hash, (hop >> shift) & 0xffn);
  }
  return hash;
}

function mix(hash: bigint, byte: bigint): bigint {
  return BigInt.asUintN(64, (hash ^ byte) * PRIME);
}

const BASIS = 0x420c_0dec_b00bn;
const PRIME = 0x100_0000_01b3n;
const UTF8 = new TextEncoder();
