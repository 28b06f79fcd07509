/**
 * An append-only log of bytes in blocks. Bytes are copied in, so that what the cache holds is what it counts: a chunk from
 * the transport is a view on a batch that may be far larger than itself.
 */
export class ByteLog {
  readonly #blocks: Uint8Array[] = [];
  /** Log offset of the first byte of each block. */
  readonly #starts: number[] = [];
  /** Bytes used in the last block. */
  #used = 0;
  #length = 0;
  #allocated = 0;

  /** Bytes appended so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory held, at least `length`. */
  get allocated(): number {
    return this.#allocated;
  }

  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const block = this.#room(rest.length);
      const n = Math.min(rest.length, block.length - this.#used);
      block.set(n === rest.length ? rest : rest.subarray(0, n), this.#used);
      this.#used += n;
      this.#length += n;
      rest = rest.subarray(n);
    }
  }

  /** The longest piece that begins at `offset` without a copy; empty at the end of the log. Do not write to it. */
  read(offset: number): Uint8Array {
    if (offset >= this.#length) return EMPTY;
    const i = this.#blockAt(offset);
    const block = this.#blocks[i]!;
    const start = this.#starts[i]!;
    const end = i === this.#blocks.length - 1 ? this.#used : block.length;
    return block.subarray(offset - start, end);
  }

  /** A copy of the bytes from `start` up to `end`. */
  copy(start: number, end: number): Uint8Array {
    const out = new Uint8Array(end - start);
    for (let at = start; at < end; ) {
      const piece = this.read(at);
      const n = Math.min(piece.length, end - at);
      out.set(piece.subarray(0, n), at - start);
      at += n;
    }
    return out;
  }

  /** Whether the log holds exactly these bytes at `offset`. False when they reach beyond its end. */
  matches(offset: number, bytes: Uint8Array): boolean {
    if (offset + bytes.length > this.#length) return false;
    for (let at = 0; at < bytes.length; ) {
      const piece = this.read(offset + at);
      const n = Math.min(piece.length, bytes.length - at);
      for (let i = 0; i < n; i++) if (piece[i] !== bytes[at + i]) return false;
      at += n;
    }
    return true;
  }

  #room(wanted: number): Uint8Array {
    const last = this.#blocks[this.#blocks.length - 1];
    if (last && this.#used < last.length) return last;
    // Blocks double with the log, so that a group of one small frame costs little and a long one few blocks.
    const size = Math.min(MAX_BLOCK, Math.max(MIN_BLOCK, wanted, this.#length));
    const block = new Uint8Array(size);
    this.#blocks.push(block);
    this.#starts.push(this.#length);
    this.#used = 0;
    this.#allocated += size;
    return block;
  }

  #blockAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const MIN_BLOCK = 256;
const MAX_BLOCK = 128 << 10;
const EMPTY = new Uint8Array(0);
