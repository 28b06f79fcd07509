import type { Clock, Path, Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { Demand } from "./demand.ts";
import type { Directory } from "./directory.ts";

export interface ListingOptions {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly demand: Demand;
  /** Longest wait for the directory's answer, milliseconds. */
  readonly wait: number;
}

/**
 * Waits until the table has all that the cluster has at and below `prefix`: `done(true)` then, `done(false)` when that took too
 * long or nobody can be asked. Once, perhaps before this returns, and not after the result was called. What was learned is
 * wanted no more afterwards; it stays for as long as what a subscription wanted, so that who lists every second asks once.
 */
export function listing(options: ListingOptions, prefix: Path, done: (complete: boolean) => void): Cancel {
  const { clock, directory, demand, wait } = options;
  if (!directory.reachable) {
    done(false);
    return () => {};
  }
  let over = false;
  let timer: Timer | undefined;
  let release: Cancel | undefined;
  const unhold = demand.hold(prefix);
  const end = (): void => {
    over = true;
    timer?.cancel();
    unhold();
    release?.();
  };
  const finish = (complete: boolean): void => {
    if (over) return;
    done(complete);
    end();
  };
  release = directory.ask(prefix, (complete) => complete && finish(true));
  // The answer was there already.
  if (over) release();
  else timer = clock.after(wait, () => finish(false));
  return () => {
    if (!over) end();
  };
}
