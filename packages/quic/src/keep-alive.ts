/** The longest interval that timers take, milliseconds. */
const NEVER = 2 ** 31 - 1;

/** How long a process stays after its last connection was closed by us, so that the goodbye is sent; milliseconds. */
const FAREWELL = 250;

/** Keeps the process alive while something is held. */
export class KeepAlive {
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  hold(): void {
    this.#held += 1;
    this.#timer ??= setInterval(() => {}, NEVER);
  }

  release(): void {
    this.#held -= 1;
    if (this.#held === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  /** Releases when goodbyes have been sent. */
  releaseAfterFarewell(): void {
    setTimeout(() => this.release(), FAREWELL);
  }
}
