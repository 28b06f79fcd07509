import type { Clock, HopId, Random } from "@moq-relay/protocol/model";
import type { Session } from "@moq-relay/protocol/session";
import { Backoff } from "./backoff.ts";
import type { ClusterCounters } from "./counters.ts";
import type { BackoffOptions, ClusterLog, Dial, DialFailure, Target, TargetEvents } from "./options.ts";
import type { FixedTarget } from "./plan.ts";
import { Redial } from "./redial.ts";
import { Troubles } from "./troubles.ts";

export interface OutreachOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: ClusterLog;
  readonly counters: ClusterCounters;
  readonly dial: Dial;
  readonly backoff: BackoffOptions;
  readonly steady: number;
  readonly notLetIn: (why: string) => DialFailure;
  /** Own address: not dialled. */
  readonly address: string;
  readonly roots: readonly string[];
  readonly peers: readonly string[];
  /** How many members are linked here: in a large cluster one waits longer. */
  readonly members: () => number;
  /** A dial has led to nothing. */
  readonly onFailed: () => void;
}

/** Everybody whom this node dials, and what it knows of the dials before. */
export class Outreach {
  readonly #options: OutreachOptions;
  readonly #redials = new Map<string, Redial>();
  readonly #sessions = new Map<Session, Redial>();
  /** Who answered at the addresses that are always dialled. */
  readonly #answered = new Map<string, HopId>();
  readonly #troubles: Troubles;

  constructor(options: OutreachOptions) {
    this.#options = options;
    this.#troubles = new Troubles(options.clock, options.log);
  }

  /** Roots and peers, which are dialled for ever, with who answered there last. */
  get fixed(): FixedTarget[] {
    const { address: own, roots, peers } = this.#options;
    const target = (kind: "root" | "peer") => (address: string) => ({
      kind,
      address,
      hop: this.#answered.get(address),
    });
    return [...roots.filter((address) => address !== own).map(target("root")), ...peers.map(target("peer"))];
  }

  /** The target whose dial led to this session. */
  targetOf(session: Session): Target | undefined {
    const redial = this.#sessions.get(session);
    if (redial) this.#answered.set(redial.target.address, session.peerHop);
    return redial?.target;
  }

  /** Exactly these are to be dialled now, as long as there is no link to them. */
  reach(targets: readonly Target[]): void {
    const wanted = new Set(targets.map(({ address }) => address));
    for (const [address, redial] of this.#redials) {
      if (wanted.has(address)) continue;
      redial.rest();
      // Roots and peers keep their backoff. Nodes are forgotten, but not before another dial might go at once.
      if (redial.target.kind === "node" && redial.isSteady) this.#redials.delete(address);
    }
    for (const target of targets) this.#redial(target).want();
  }

  /** A link stands to whoever has this address, whoever dialled it. */
  reached(address: string): void {
    this.#troubles.up(address);
  }

  /**
   * True when it came of a dial.
   * @param before why it ended, if that was before the two ends had become members to each other.
   */
  sessionClosed(session: Session, before: string | undefined): boolean {
    const redial = this.#sessions.get(session);
    if (!redial) return false;
    redial.closed();
    if (before !== undefined && redial.target.kind !== "peer") {
      this.#troubles.failed(redial.target, this.#options.notLetIn(before));
    }
    return this.#sessions.delete(session);
  }

  /** Whether dials to this address have led to nothing so far, or the first one does not seem to. */
  isFailing(address: string): boolean {
    return this.#redials.get(address)?.isFailing ?? false;
  }

  close(): void {
    for (const redial of this.#redials.values()) redial.rest();
  }

  #redial(target: Target): Redial {
    const known = this.#redials.get(target.address);
    if (known) return known;
    const { random, backoff, members, dial, onFailed } = this.#options;
    const max = () => backoff.max ?? Math.max(1_000, members() * 10);
    const redial: Redial = new Redial(target, {
      ...this.#options,
      troubles: this.#troubles,
      dial: (to, events, before) => {
        const noting: TargetEvents = {
          onFailed: (failure) => {
            events.onFailed(failure);
            onFailed();
          },
          onSession: (session) => {
            this.#sessions.set(session, redial);
            events.onSession(session);
          },
        };
        return dial(to, noting, before);
      },
      backoff: new Backoff(random, backoff.initial, backoff.multiplier, max),
    });
    this.#redials.set(target.address, redial);
    return redial;
  }
}
