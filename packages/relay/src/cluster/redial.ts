import type { Clock, Timer } from "@moq-relay/protocol/model";
import type { Cancel, Session } from "@moq-relay/protocol/session";
import type { Binding } from "@moq-relay/protocol/transport";
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
  /** What the last session came by. */
  #before: Binding | undefined;
  #openedAt = 0;
  #dialledAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  /** Dials under way, oldest first: at most two. */
  readonly #dialling = new Set<Attempt>();
  #again: Timer | undefined;
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
    const [oldest] = this.#dialling;
    return this.#failing || (oldest !== undefined && this.#options.clock.now() - oldest.at >= SLOW);
  }

  /** Somebody wants the target; harmless when that is known. */
  want(): void {
    if (this.#session || this.#timer || this.#dialling.size > 0) return;
    const wait = this.#fresh ? 0 : this.#options.backoff.next();
    this.#fresh = false;
    this.#timer = this.#options.clock.after(wait, () => this.#dial());
  }

  /** Nobody wants it (or another link leads there): no more dials. A session that stands is left alone. */
  rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#giveUp(this.#dialling);
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
    const attempt: Attempt = { at: clock.now(), cancel: undefined };
    this.#dialling.add(attempt);
    const events: TargetEvents = {
      onSession: (session) => {
        this.#dialling.delete(attempt);
        this.#giveUp(this.#dialling);
        this.#session = session;
        this.#before = session.connection.info.binding;
        this.#failing = false;
        this.#openedAt = clock.now();
        // Nodes have to say hello first.
        if (this.target.kind === "peer") troubles.up(this.target.address);
      },
      onFailed: (failure) => {
        this.#dialling.delete(attempt);
        this.#failed(failure);
      },
    };
    try {
      attempt.cancel = dial(this.target, events, this.#before);
    } catch (error) {
      // Another node told the address, and it need not be one.
      const detail = error instanceof Error ? error.message : String(error);
      if (this.#dialling.has(attempt)) events.onFailed({ ...UNDIALLABLE, detail });
    }
    this.#watch();
  }

  /**
   * A dial that meets silence says its word again after a second, then after two, then after four. Who is back, or can be reached
   * again, is to be heard sooner: so another dial sets out beside the one that has its full time.
   */
  #watch(): void {
    const { clock, backoff } = this.#options;
    this.#again?.cancel();
    this.#again = undefined;
    if (this.#dialling.size === 0) return;
    this.#again = clock.after(Math.max(SILENCE, backoff.max), () => {
      this.#giveUp([...this.#dialling].slice(1));
      this.#dial();
    });
  }

  #giveUp(attempts: Iterable<Attempt>): void {
    for (const attempt of attempts) {
      this.#dialling.delete(attempt);
      attempt.cancel?.();
    }
    if (this.#dialling.size === 0) this.#watch();
  }

  #failed(failure: DialFailure): void {
    const { counters, log, troubles } = this.#options;
    const { kind, address } = this.target;
    counters.dialsFailed += 1;
    if (this.#session) return;
    this.#failing = true;
    log.debug("dial failed", { kind, address, reason: failure.detail });
    troubles.failed(this.target, failure);
    if (this.#dialling.size > 0) return;
    this.#watch();
    this.want();
  }
}

/** One dial under way. */
interface Attempt {
  readonly at: number;
  /** Unknown until the call returns; a dial may end before that. */
  cancel: Cancel | undefined;
}

/** Milliseconds that a dial may take before one looks for somebody else. */
const SLOW = 1_000;

/** Milliseconds of silence after which another dial sets out, where waits between dials are not longer. */
const SILENCE = 1_500;

const UNDIALLABLE = {
  kind: "address",
  wrong: "its address cannot be dialled",
  advice: "Correct --cluster-node there.",
} as const;
