import type { Clock, Timer } from "@moq-relay/protocol/model";

/** Milliseconds after which the time is looked at again: the wall clock may jump, and timers have a longest wait. */
const LOOK_AGAIN = 30_000;

/** The time that a session has, by the wall clock. */
export class Lease {
  readonly #clock: Clock;
  readonly #until: number;
  readonly #end: () => void;
  #timer: Timer | undefined;

  /**
   * @param until milliseconds since 1970.
   * @param end called once, then or a little later, unless it is cancelled.
   */
  constructor(clock: Clock, until: number, end: () => void) {
    this.#clock = clock;
    this.#until = until;
    this.#end = end;
    this.#wait();
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    const left = Math.max(0, this.#until - this.#clock.wall());
    this.#timer = this.#clock.after(Math.min(left, LOOK_AGAIN), () => {
      if (this.#clock.wall() >= this.#until) this.#end();
      else this.#wait();
    });
  }
}
