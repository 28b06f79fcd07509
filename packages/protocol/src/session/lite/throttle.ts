import type { Timer } from "../../model/index.ts";
import type { SubscribeUpdate } from "../session.ts";
import type { LiteSession } from "./lite-session.ts";
import { TokenBucket, type Verdict } from "./token-bucket.ts";

/** Milliseconds between two times at which late updates are applied. */
const TICK = 100;

/** Who an update is for. */
export interface Updated {
  apply(update: SubscribeUpdate): void;
}

/**
 * How fast the peer may ask. New requests beyond their rate are refused; updates beyond theirs wait for the next tick, where
 * the last one of each subscription counts; a flood of either ends the session.
 */
export class Throttle {
  readonly #session: LiteSession;
  readonly #requests = new TokenBucket();
  readonly #updates = new TokenBucket();
  /** No more than there are subscriptions. */
  readonly #late = new Map<Updated, SubscribeUpdate>();
  #timer: Timer | undefined;

  constructor(session: LiteSession) {
    this.#session = session;
  }

  /** Whether the peer may open one more request stream now. */
  mayRequest(): boolean {
    const { limits, clock } = this.#session.options;
    const verdict = this.#requests.take(limits.requestRate, clock.now());
    this.#endFlood(verdict, "requests");
    return verdict === "within";
  }

  /** Applies the update, now or at the next tick. */
  update(subscription: Updated, update: SubscribeUpdate): void {
    const { limits, clock } = this.#session.options;
    const verdict = this.#updates.take(limits.updateRate, clock.now());
    if (verdict === "within") {
      this.#late.delete(subscription);
      subscription.apply(update);
      return;
    }
    this.#late.set(subscription, update);
    this.#timer ??= clock.after(TICK, this.#tick);
    this.#endFlood(verdict, "updates");
  }

  /** The subscription is over. */
  forget(subscription: Updated): void {
    this.#late.delete(subscription);
  }

  /** The session has ended. */
  stop(): void {
    this.#timer?.cancel();
    this.#late.clear();
  }

  #endFlood(verdict: Verdict, what: string): void {
    // The registry of the wire has no code of its own for it (protocol notes 06, 2.10).
    if (verdict === "flood") this.#session.violation(`excessive load: ${what}`);
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    const late = [...this.#late];
    this.#late.clear();
    for (const [subscription, update] of late) subscription.apply(update);
  };
}
