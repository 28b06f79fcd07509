import type { Clock, Path } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { Directory } from "./directory.ts";

/** The directory of a root: everybody tells it everything, so it is the table itself, once the members had time to come. */
export class OwnDirectory implements Directory {
  readonly reachable = true;
  readonly #clock: Clock;
  readonly #settledAt: number;

  /** @param settledAt clock time from which what nobody has told does not exist. */
  constructor(clock: Clock, settledAt: number) {
    this.#clock = clock;
    this.#settledAt = settledAt;
  }

  listen(): Cancel {
    return () => {};
  }

  ask(_path: Path, heard: (complete: boolean) => void): Cancel {
    const wait = this.#settledAt - this.#clock.now();
    if (wait > 0) {
      const timer = this.#clock.after(wait, () => heard(true));
      return () => timer.cancel();
    }
    heard(true);
    return () => {};
  }
}
