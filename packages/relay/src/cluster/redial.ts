import type { Clock, Timer } from "@moq-relay/protocol/model";
import type { Cancel, Session } from "@moq-relay/protocol/session";
import type { Backoff } from "./backoff.ts";
import type { ClusterCounters } from "./counters.ts";
import type { ClusterLog, Dial, DialFailure, Target, TargetEvents } from "./options.ts";
import type { Troubles } from "./troubles.ts";

export interface RedialOptions {
  readonly clock: Clock;
  readonly log: ClusterLog;
  readonly troubles: Troubles;
  readonly counters: ClusterCounters;
  readonly dial: Dial;
  readonly backoff: Backoff;
  /** A session that lived this long makes the next wait a short one, milliseconds. */
  readonly steady: number;
}

/** Dials one target as long as it is wanted, and never gives up. */
export class Redial {
  readonly target: Target;
  readonly #options: RedialOptions;
  #session: Session | undefined;
  #openedAt = 0;
  #dialledAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #dialling: Cancel | undefined;
  /** The next dial may go at once: there was none yet. */
  #fresh = true;
  #failing = false;

  constructor(target: Target, options: RedialOptions) {
    this.target = target;
    this.#options = options;
  }

  /** The session that came of it and has not ended. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** It has no session and has not dialled for so long that the next dial need not wait. */
  get isSteady(): boolean {
    const { clock, steady } = this.#options;
    return !this.#session && clock.now() - this.#dialledAt >= steady;
  }

  /** The last dial led to nothing, or is taking its time. */
  get isFailing(): boolean {
    return this.#failing || (this.#dialling !== undefined && this.#options.clock.now() - this.#dialledAt >= SLOW);
  }

  /** Somebody wants the target; harmless when that is known. */
  want(): void {
    if (this.#session || this.#timer || this.#dialling) return;
    const wait = this.#fresh ? 0 : this.#options.backoff.next();
    this.#fresh = false;
    this.#timer = this.#options.clock.after(wait, () => this.#dial());
  }

  /** Nobody wants it (or another link leads there): no more dials. A session that stands is left alone. */
  rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#dialling?.();
    this.#dialling = undefined;
  }

  /** Its session has ended. */
  closed(): void {
    const { clock, steady, backoff, troubles } = this.#options;
    if (clock.now() - this.#openedAt >= steady) {
      backoff.reset();
      troubles.steady(this.target.address);
    }
    this.#session = undefined;
  }

  #dial(): void {
    const { dial, clock, counters, troubles } = this.#options;
    this.#timer = undefined;
    this.#dialledAt = clock.now();
    counters.dials += 1;
    // A dial may end before the call returns: then there is nothing left to cancel.
    let over = false;
    const events: TargetEvents = {
      onSession: (session) => {
        over = true;
        this.#dialling = undefined;
        this.#session = session;
        this.#failing = false;
        this.#openedAt = clock.now();
        // Nodes have to say hello first.
        if (this.target.kind === "peer") troubles.up(this.target.address);
      },
      onFailed: (failure) => {
        over = true;
        this.#dialling = undefined;
        this.#failed(failure);
      },
    };
    try {
      const cancel = dial(this.target, events);
      if (!over) this.#dialling = cancel;
    } catch (error) {
      // Another node told the address, and it need not be one.
      const detail = error instanceof Error ? error.message : String(error);
      if (!over) events.onFailed({ ...UNDIALLABLE, detail });
    }
  }

  #failed(failure: DialFailure): void {
    const { counters, log, troubles } = this.#options;
    const { kind, address } = this.target;
    counters.dialsFailed += 1;
    this.#failing = true;
    log.debug("dial failed", { kind, address, reason: failure.detail });
    troubles.failed(this.target, failure);
    this.want();
  }
}

/** Milliseconds that a dial may take before one looks for somebody else. */
const SLOW = 1_000;

const UNDIALLABLE = {
  kind: "address",
  wrong: "its address cannot be dialled",
  advice: "Correct --cluster-node there.",
} as const;
