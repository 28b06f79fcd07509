import type { Chance } from "./chance.ts";

/** No change makes more of it, bytes: the payload of a UDP datagram. */
const MOST = 65_000;

/** Real bytes with a few changes: bits turned, cut, lengthened, doubled, and odd numbers where lengths and types may stand. */
export function changed(real: Buffer, chance: Chance): Buffer {
  let copy = Buffer.from(real);
  for (let changes = 1 + chance.below(4); changes > 0 && copy.length > 0; changes--) {
    const at = chance.below(copy.length);
    switch (chance.below(6)) {
      case 0:
        copy[at] = (copy[at] as number) ^ (1 << chance.below(8));
        break;
      case 1:
        copy = copy.subarray(0, at);
        break;
      case 2:
        copy = Buffer.concat([copy.subarray(0, at), chance.bytes(chance.below(300)), copy.subarray(at)]);
        break;
      case 3:
        copy = Buffer.concat([copy, real]);
        break;
      case 4:
        // A long varint, 2^62 - 1 at most, or four bytes of a version.
        if (copy.length - at >= 8) copy.fill(chance.pick([0xff, 0x00, 0xc0]), at, at + 8);
        break;
      default:
        // Lengths of connection ids and tokens, types and lengths of frames stand among the first bytes.
        copy[Math.min(copy.length - 1, chance.below(40))] = chance.number() & 0xff;
    }
  }
  return copy.subarray(0, MOST);
}
