/** Half of a penalty is forgiven after so many milliseconds. */
const HALF_LIFE = 20_000;

/** From here on it is damped, until the penalty has fallen below the other; more than the last is never held against it. */
const DAMPED_FROM = 2.5;
const CALM_BELOW = 1;
const MOST = 8;

/** Losses in so many milliseconds are one: where there are no hop lists relays find by trial and error who has what. */
const ONE_LOSS = 250;

/** Losses of the last minute are counted, for people; not more than so many. */
const MINUTE = 60_000;
const MOST_COUNTED = 100;

/**
 * What is held against something that comes and goes: one for each loss, which fades. One loss is free and so is a second, as when each
 * node is restarted; a third soon after them is not. A damped one is calm again 26 to 60 s after its last loss.
 */
export class Penalty {
  #value = 0;
  #at = Number.NEGATIVE_INFINITY;
  #damped = false;
  #losses: number[] = [];

  get damped(): boolean {
    return this.#damped;
  }

  /** It has gone. `now`: milliseconds of a clock that does not jump. False when that belongs to the loss before. */
  lost(now: number): boolean {
    if (now - this.#at < ONE_LOSS) return false;
    this.#value = Math.min(MOST, this.#faded(now) + 1);
    this.#at = now;
    this.#losses = [...this.#losses.slice(1 - MOST_COUNTED), now];
    if (this.#value >= DAMPED_FROM) this.#damped = true;
    return true;
  }

  /** Time has passed. Returns whether it was damped until now, and is no more. */
  calms(now: number): boolean {
    if (!this.#damped || this.#faded(now) >= CALM_BELOW) return false;
    this.#damped = false;
    return true;
  }

  /** How often it went in the last minute. */
  losses(now: number): number {
    this.#losses = this.#losses.filter((at) => now - at < MINUTE);
    return this.#losses.length;
  }

  #faded(now: number): number {
    return this.#value * 0.5 ** ((now - this.#at) / HALF_LIFE);
  }
}
