/**
 * What a peer may still send, in bytes, counted from the beginning as QUIC does (RFC 9000 §4.1). It is renewed when the
 * receiver has taken bytes, not when they came: so never more than `size` bytes wait here.
 */
export class ReceiveWindow {
  readonly #size: number;
  #granted: number;
  #received = 0;
  #consumed = 0;

  /** `size`: bytes on their way or waiting at most; Infinity where there is no flow control. */
  constructor(size: number) {
    this.#size = size;
    this.#granted = size;
  }

  get received(): number {
    return this.#received;
  }

  /** Bytes that wait to be taken. */
  get waiting(): number {
    return this.#received - this.#consumed;
  }

  /** False when `count` more bytes are more than was granted. */
  allows(count: number): boolean {
    return this.#received + count <= this.#granted;
  }

  receive(count: number): void {
    this.#received += count;
  }

  /** `count` bytes were taken. The new grant when it is time to tell the peer, or 0. */
  consume(count: number): number {
    this.#consumed += count;
    if (this.#granted - this.#consumed > this.#size / 2) return 0;
    this.#granted = this.#consumed + this.#size;
    return this.#granted;
  }
}
