import { varintAt, varintLength } from "@moq-relay/protocol/wire";

/** Longest varint, bytes. */
const LONGEST = 8;

/** Takes the payloads out of the frames of a group without timestamps (varint length, payload), however the bytes are cut. */
export class PayloadStripper {
  /** Bytes of a length that is not whole yet. */
  readonly #length = new Uint8Array(LONGEST);
  #have = 0;
  /** Bytes of the current payload that are still to come. */
  #rest = 0;

  /** Whether a frame has begun and not ended. */
  get partial(): boolean {
    return this.#have > 0 || this.#rest > 0;
  }

  /** The payload bytes in a chunk, as a copy; may be empty. */
  strip(chunk: Uint8Array): Uint8Array {
    const out = new Uint8Array(chunk.length);
    let size = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#rest === 0) {
        at = this.#readLength(chunk, at);
        continue;
      }
      const part = chunk.subarray(at, at + this.#rest);
      out.set(part, size);
      size += part.length;
      at += part.length;
      this.#rest -= part.length;
    }
    return size === out.length ? out : out.slice(0, size);
  }

  #readLength(chunk: Uint8Array, at: number): number {
    this.#length[this.#have] = chunk[at]!;
    this.#have += 1;
    if (this.#have === varintLength(this.#length[0]!)) {
      this.#rest = varintAt(this.#length, 0);
      this.#have = 0;
    }
    return at + 1;
  }
}
