import type { Clock } from "@moq-relay/protocol/model";

/** Milliseconds after its start for which a root waits for who comes back to it. */
const YOUNG = 10_000;

/** Milliseconds that a node has to tell what it has, and the one after it to come back, too. */
const RETURN = 1_000;

/**
 * From when on a root may say that nobody has a broadcast: when the nodes had time to come. Those that lost it with its last process
 * come one after the other, and who is the first asks before who has it is here.
 */
export class Settling {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #settledAt: number;

  /** @param time milliseconds from the start until then, at least. */
  constructor(clock: Clock, time: number) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#settledAt = this.#startedAt + time;
  }

  /** Clock time from which what nobody has told does not exist. It may still be put off. */
  get settledAt(): number {
    return this.#settledAt;
  }

  /** Milliseconds for which one that comes now is not to believe it. */
  get left(): number {
    return Math.max(this.#young ? RETURN : 0, this.#settledAt - this.#clock.now());
  }

  /** A node has come. */
  joined(): void {
    if (this.#young) this.#settledAt = Math.max(this.#settledAt, this.#clock.now() + RETURN);
  }

  get #young(): boolean {
    return this.#clock.now() - this.#startedAt < YOUNG;
  }
}
