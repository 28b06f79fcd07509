import type { Clock, Timer } from "../../model/index.ts";

/** Who waits for the rest of a message. */
export interface Waiting {
  /** It did not come in time. */
  onTimeout(): void;
}

/** A message that is waited for: its number on its stream, and until when. */
interface Awaited {
  readonly message: number;
  readonly until: number;
}

/**
 * How long a message may take from its first byte to its last, and a stream from its opening to its first message: one timer
 * for a session, however many streams. All wait equally long, so who began to wait first is first to be told.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeout: () => number;
  readonly #waiting = new Map<Waiting, Awaited>();
  #timer: Timer | undefined;
  #stopped = false;

  /** @param timeout milliseconds. */
  constructor(clock: Clock, timeout: () => number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Says for which message of its stream somebody waits now, undefined for none. As long as it is the same one its time runs
   * on, however many bytes of it come.
   */
  watch(waiting: Waiting, message: number | undefined): void {
    const awaited = this.#waiting.get(waiting);
    if (awaited?.message === message || this.#stopped) return;
    if (awaited) this.#waiting.delete(waiting);
    if (message === undefined) return;
    const timeout = this.#timeout();
    this.#waiting.set(waiting, { message, until: this.#clock.now() + timeout });
    this.#timer ??= this.#clock.after(timeout, this.#sweep);
  }

  /** The session has ended. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#waiting.clear();
  }

  readonly #sweep = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [waiting, { until }] of this.#waiting) {
      if (until > now) {
        this.#timer = this.#clock.after(until - now, this.#sweep);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.onTimeout();
      if (this.#stopped) return;
    }
  };
}
