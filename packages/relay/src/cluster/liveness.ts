import type { Clock, Timer } from "@moq-relay/protocol/model";
import type { LinkId } from "../routing/index.ts";
import type { MemberLink } from "./links.ts";
import { PulseWatch } from "./pulse-watch.ts";

/** All in milliseconds. */
export interface LivenessTimes {
  /** Between two looks at the links. */
  readonly look: number;
  /** How often a link that something comes by is made to answer: by native threads, whatever JavaScript is busy with. */
  readonly heartbeat: number;
  /** Silence on a link that makes it suspect. Round trips are added, and it doubles where packets are lost. */
  readonly silence: number;
  /** Silence on a link that ends it, with the same additions. */
  readonly dead: number;
  /** A node that says nothing of itself for so long is suspect, though its link be alive. */
  readonly pulse: number;
}

export const LIVENESS_TIMES: LivenessTimes = {
  look: 100,
  heartbeat: 150,
  silence: 500,
  dead: 2_000,
  pulse: 3_000,
};

/** What follows from it. */
export interface LivenessEvents {
  /** The link, or the node at its end, has fallen silent; or is heard again. */
  onSuspect(link: MemberLink, suspect: boolean, why: "link" | "process"): void;
  /** Nothing has come for so long that it will not. */
  onDead(link: MemberLink): void;
}

/** How closely a link is watched: "carrying" something that must not stop, or "waiting" for news. */
export type Pace = "carrying" | "waiting";

/** What is only waited for may come that much later: heartbeats of many nodes add up at a root. */
const SLOWNESS: Readonly<Record<Pace, number>> = { carrying: 1, waiting: 5 };

interface Watched {
  readonly link: MemberLink;
  readonly pulse: PulseWatch;
  pace: Pace;
  /** Clock time before which silence says nothing. */
  since: number;
  /** Packets lost so far, and when that number last rose. */
  lost: number;
  lossAt: number;
  suspect: boolean;
}

/**
 * Watches the links that something comes by, with two detectors. The link: the time since its last packet, as the transport
 * knows it. The process behind it: its `pulse` track. Suspicion costs a change of ways where there is another, so it may
 * come early and be wrong; death comes later.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #times: LivenessTimes;
  readonly #events: LivenessEvents;
  readonly #watched = new Map<LinkId, Watched>();
  #timer: Timer | undefined;
  #lookedAt = 0;

  constructor(clock: Clock, times: LivenessTimes, events: LivenessEvents) {
    this.#clock = clock;
    this.#times = times;
    this.#events = events;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** From now on these links are watched, and no others. */
  watch(links: ReadonlyMap<MemberLink, Pace>): void {
    for (const { link } of [...this.#watched.values()]) if (!links.has(link)) this.#leave(link);
    for (const [link, pace] of links) {
      const watched = this.#watched.get(link.id);
      if (!watched) this.#begin(link, pace);
      else if (watched.pace !== pace) this.#change(watched, pace);
    }
    if (this.#watched.size === 0) this.close();
    else if (!this.#timer) this.#later(this.#clock.now());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const { link } of [...this.#watched.values()]) this.#leave(link);
  }

  #begin(link: MemberLink, pace: Pace): void {
    const now = this.#clock.now();
    const lost = link.session.connection.stats().packetsLost ?? 0;
    const lossAt = Number.NEGATIVE_INFINITY;
    const pulse = new PulseWatch(link, this.#clock);
    this.#watched.set(link.id, { link, pulse, pace, since: now, lost, lossAt, suspect: false });
    link.session.connection.heartbeat?.(this.#times.heartbeat * SLOWNESS[pace]);
  }

  #change(watched: Watched, pace: Pace): void {
    watched.pace = pace;
    // What the slower heartbeats left unsaid is no silence.
    watched.since = this.#clock.now();
    watched.link.session.connection.heartbeat?.(this.#times.heartbeat * SLOWNESS[pace]);
  }

  #leave(link: MemberLink): void {
    const watched = this.#watched.get(link.id);
    this.#watched.delete(link.id);
    watched?.pulse.close();
    link.session.connection.heartbeat?.(0);
    if (watched?.suspect) this.#events.onSuspect(link, false, "link");
  }

  #later(now: number): void {
    this.#lookedAt = now;
    this.#timer = this.#clock.after(this.#times.look, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    // Whoever was held up himself has not heard what came meanwhile, and sent nothing to be answered.
    const heldUp = now - this.#lookedAt > 3 * this.#times.look;
    this.#later(now);
    for (const watched of [...this.#watched.values()]) {
      if (heldUp) watched.since = now;
      this.#judge(watched, now);
    }
  }

  #judge(watched: Watched, now: number): void {
    const { link, pulse } = watched;
    const { dead, silence } = this.#times;
    const { sinceReceived = 0, rtt = 0, packetsLost = 0 } = link.session.connection.stats();
    if (packetsLost > watched.lost) watched.lossAt = now;
    watched.lost = packetsLost;
    const stretch = (now - watched.lossAt < LOSS_COUNTS ? 2 : 1) * SLOWNESS[watched.pace];
    // Without heartbeats a link may have nothing to say, and is not the worse for it.
    const answers = link.session.connection.heartbeat !== undefined;
    const silent = answers ? Math.min(sinceReceived, now - watched.since) : 0;
    if (silent > dead * stretch + 2 * rtt) return this.#events.onDead(link);
    // Who is suspect is not heard again because he is looked at anew.
    const looked = watched.suspect ? Number.POSITIVE_INFINITY : now - watched.since;
    const linkSilent = answers && Math.min(sinceReceived, looked) > silence * stretch + 2 * rtt;
    const processSilent = Math.min(pulse.silent(now), looked) > this.#times.pulse;
    this.#mark(watched, linkSilent || processSilent, linkSilent ? "link" : "process");
  }

  #mark(watched: Watched, suspect: boolean, why: "link" | "process"): void {
    if (suspect === watched.suspect) return;
    watched.suspect = suspect;
    this.#events.onSuspect(watched.link, suspect, why);
  }
}

/** Milliseconds for which a loss says that more may be lost: then silence means less. A dead link loses no further packets. */
const LOSS_COUNTS = 5_000;
