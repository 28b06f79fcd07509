/** One top-level box of an MP4 file: ISO/IEC 14496-12, 4.2. */
export interface Mp4Box {
  /** Four characters: `ftyp`, `moov`, `moof`, `mdat`. */
  readonly type: string;
  /** All of it. */
  readonly bytes: Uint8Array;
  /** What is in it. */
  readonly body: Uint8Array;
}

const HEADER = 8;

/** Cuts a stream of bytes, as it comes, into top-level boxes of 32-bit sizes, which are all that a live stream has. */
export class Mp4Boxes {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Returns the boxes that are complete with this chunk.
   *
   * @throws when it is no MP4.
   */
  push(chunk: Uint8Array): Mp4Box[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const boxes: Mp4Box[] = [];
    while (this.#rest.length >= HEADER) {
      const size = this.#rest.readUInt32BE(0);
      if (size < HEADER) throw new Error(`an MP4 box of ${size} bytes`);
      if (this.#rest.length < size) break;
      const bytes = this.#rest.subarray(0, size);
      boxes.push({ type: bytes.toString("latin1", 4, HEADER), bytes, body: bytes.subarray(HEADER) });
      this.#rest = this.#rest.subarray(size);
    }
    return boxes;
  }
}
