/** Chunks from this size on are worth an entry of their own; smaller ones may be gathered in pieces of memory of the second. */
const WORTH_AN_ENTRY = 512;
const GATHERED = 4_096;

/** Chunks in order, taken out whole or in pieces. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk that is not used up. */
  #head = 0;
  /** Bytes of that chunk that are used up. */
  #used = 0;
  #length = 0;
  /** The last chunk, if it is the beginning of a piece of memory that has room behind it. */
  #gathering: Uint8Array | undefined;

  /** Bytes in it. */
  get length(): number {
    return this.#length;
  }

  /** Adds a chunk, which is not copied. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Adds a copy of a small chunk to the chunk before it, so that a peer that sends crumbs does not fill memory with entries. */
  gather(chunk: Uint8Array): void {
    if (chunk.length >= WORTH_AN_ENTRY) {
      this.push(chunk);
      return;
    }
    const last = this.#chunks.at(-1);
    const joins = last !== undefined && last === this.#gathering && last.length + chunk.length <= GATHERED;
    const before = joins ? last.length : 0;
    const memory = joins ? last.buffer : new ArrayBuffer(GATHERED);
    const joined = new Uint8Array(memory, 0, before + chunk.length);
    joined.set(chunk, before);
    if (joins) this.#chunks[this.#chunks.length - 1] = joined;
    else this.#chunks.push(joined);
    this.#gathering = joined;
    this.#length += chunk.length;
  }

  /** The next piece, as long as it goes without a copy but at most `most` bytes. The queue must not be empty. */
  take(most: number): Uint8Array {
    const chunk = this.#chunks[this.#head]!;
    const rest = chunk.length - this.#used;
    const piece = Math.min(most, rest);
    const bytes = piece === chunk.length ? chunk : chunk.subarray(this.#used, this.#used + piece);
    this.#length -= piece;
    if (piece < rest) this.#used += piece;
    else this.#advance();
    return bytes;
  }

  /** Drops everything; returns how many bytes that were. */
  clear(): number {
    const length = this.#length;
    this.#chunks = [];
    this.#head = 0;
    this.#used = 0;
    this.#length = 0;
    return length;
  }

  #advance(): void {
    this.#used = 0;
    this.#head += 1;
    // Chunks that are used up are let go in blocks, so that a long queue costs no shifting for each of them.
    if (this.#head === this.#chunks.length || this.#head === 256) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }
}
