/**
 * The receiving side of flow control: how many bytes were used up, and when to tell the peer that as many more may come.
 */
export class Window {
  /** Bytes that may be on their way or held at once. */
  readonly size: number;
  #used = 0;

  constructor(size: number) {
    this.size = size;
  }

  use(bytes: number): void {
    this.#used += bytes;
  }

  /** The bytes to grant, if a `share` of the window has been used up; otherwise 0, and they are granted later. */
  grant(share: number): number {
    if (this.#used === 0 || this.#used < this.size * share) return 0;
    const grant = this.#used;
    this.#used = 0;
    return grant;
  }
}
