import type { Clock, Timer } from "@moq-relay/protocol/model";
import type { ClusterLog, DialFailure, Target } from "./options.ts";

/** Milliseconds until the same trouble with the same target is said again while it lasts. */
export const SAID_AGAIN = 600_000;

/** Milliseconds that a link has to stand before it is called one again. */
const BELIEVED = 1_000;

/** Targets whose troubles are remembered; beyond, the oldest is forgotten, and at worst said again. */
const MAX_TARGETS = 1_024;

interface Trouble {
  /** Clock time at which each kind of failure was last said. */
  readonly said: Map<string, number>;
  /** The last word was that it is not reached. */
  down: boolean;
  /** It may be over. */
  over: Timer | undefined;
}

/**
 * Says who is not reached and why: each reason at once and then every ten minutes, however often the dials go and whichever
 * way the reasons alternate; and once that all is well again.
 */
export class Troubles {
  readonly #clock: Clock;
  readonly #log: ClusterLog;
  readonly #targets = new Map<string, Trouble>();

  constructor(clock: Clock, log: ClusterLog) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A dial has failed. */
  failed({ kind, address }: Target, { kind: fault, wrong, advice, detail }: DialFailure): void {
    const now = this.#clock.now();
    const trouble = this.#troubleOf(address);
    trouble.over?.cancel();
    const last = trouble.said.get(fault);
    if (last !== undefined && now - last < SAID_AGAIN) return;
    trouble.said.set(fault, now);
    trouble.down = true;
    this.#log.warn(`no link to ${NAMES[kind]} ${address}: ${wrong}. ${advice}`, { kind, address, fault, detail });
  }

  /** A link to it stands. Reasons that were said are not said again soon, for it may fail again at once. */
  up(address: string): void {
    const trouble = this.#targets.get(address);
    if (!trouble?.down) return;
    trouble.over?.cancel();
    // Who is not believed has a link for a moment.
    trouble.over = this.#clock.after(BELIEVED, () => {
      trouble.down = false;
      this.#log.info("reached again", { address });
    });
  }

  /** A link to it stood for long: whatever comes next is news. */
  steady(address: string): void {
    this.#targets.delete(address);
  }

  #troubleOf(address: string): Trouble {
    const known = this.#targets.get(address);
    if (known) return known;
    if (this.#targets.size >= MAX_TARGETS) {
      for (const oldest of this.#targets.keys()) {
        this.#targets.delete(oldest);
        break;
      }
    }
    const trouble: Trouble = { said: new Map<string, number>(), down: false, over: undefined };
    this.#targets.set(address, trouble);
    return trouble;
  }
}

const NAMES: Readonly<Record<Target["kind"], string>> = { root: "the root", node: "the node", peer: "the relay" };
