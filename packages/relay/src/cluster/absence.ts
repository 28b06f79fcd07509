import type { Clock, Timer } from "@moq-relay/protocol/model";

/** All in milliseconds. */
export interface AbsenceTimes {
  /** From the loss of the last root's link until the roots count as away. */
  readonly away: number;
  /** The same from the start of a node that has not reached any root yet. */
  readonly awayAtStart: number;
  /** A root has been back and settled for so long that others need not stand in any more. */
  readonly grace: number;
}

/**
 * Whether the roots are away, as one node sees it. Both ways it takes its time, so that a root that comes and goes does not make
 * others take its work up and lay it down all the time.
 */
export class Absence {
  readonly #clock: Clock;
  readonly #times: AbsenceTimes;
  readonly #onChange: (away: boolean) => void;
  #away = false;
  /** Whether a root has ever been linked. */
  #met = false;
  #timer: Timer | undefined;
  /** What the timer leads to. */
  #next = false;

  constructor(clock: Clock, times: AbsenceTimes, onChange: (away: boolean) => void) {
    this.#clock = clock;
    this.#times = times;
    this.#onChange = onChange;
  }

  get away(): boolean {
    return this.#away;
  }

  /** @param settledAt clock time from which the first of the roots that are linked now is believed; undefined: none is linked. */
  see(settledAt: number | undefined): void {
    const next = settledAt === undefined;
    if (!next) this.#met = true;
    if (this.#timer && this.#next === next) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (next === this.#away) return;
    const { away, awayAtStart, grace } = this.#times;
    const wait = next ? (this.#met ? away : awayAtStart) : Math.max(0, settledAt - this.#clock.now()) + grace;
    this.#next = next;
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = undefined;
      this.#away = next;
      this.#onChange(next);
    });
  }
}
