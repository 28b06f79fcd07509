import type { Clock, Path } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { Directory } from "./directory.ts";
import type { Settling } from "./settling.ts";

/** The directory of a root: everybody tells it everything, so it is the table itself, once the members had time to come. */
export class OwnDirectory implements Directory {
  readonly reachable = true;
  readonly #clock: Clock;
  readonly #settling: Settling;

  constructor(clock: Clock, settling: Settling) {
    this.#clock = clock;
    this.#settling = settling;
  }

  listen(): Cancel {
    return () => {};
  }

  ask(_path: Path, heard: (complete: boolean) => void): Cancel {
    const wait = this.#settling.settledAt - this.#clock.now();
    if (wait > 0) {
      const timer = this.#clock.after(wait, () => heard(true));
      return () => timer.cancel();
    }
    heard(true);
    return () => {};
  }
}
