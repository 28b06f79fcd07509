/** Chunks in order, taken out whole or in pieces, never copied. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk that is not used up. */
  #head = 0;
  /** Bytes of that chunk that are used up. */
  #used = 0;
  #length = 0;

  /** Bytes in it. */
  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
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
