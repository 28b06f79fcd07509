import { type HopId, NO_HOP } from "../../model/index.ts";
import type { Setup } from "../../wire/index.ts";
import type { NodeHello } from "../session.ts";
import { readHello } from "./node-hello.ts";

/** Who the peer is: what it said of itself, and what stands for it where it said nothing. */
export class PeerIdentity {
  /** Stands for this peer where it names nobody; see `chain.ts`. */
  readonly stamp: HopId;
  #hop: HopId;
  #node: NodeHello | undefined;
  #heardAt = 0;
  #setup: Setup | undefined;

  constructor(stamp: HopId) {
    this.stamp = stamp;
    this.#hop = stamp;
  }

  get hop(): HopId {
    return this.#hop;
  }

  get node(): NodeHello | undefined {
    return this.#node;
  }

  get role(): Setup["role"] {
    return this.#setup?.role ?? "both";
  }

  /** Price of the link, where the peer names one. */
  get cost(): number | undefined {
    return this.#setup?.cost;
  }

  /** What PROBE streams toward it get; undefined where its version has no Setup to say so. */
  get probe(): Setup["probe"] | undefined {
    return this.#setup?.probe;
  }

  /** Takes what its Setup says, read at `now`. False when it had said so before: there is one Setup in a session. */
  hear(setup: Setup, now: number): boolean {
    if (this.#setup) return false;
    this.#setup = setup;
    this.#heardAt = now;
    if (setup.hop !== NO_HOP) this.#hop = setup.hop;
    this.#node = readHello(setup.others);
    return true;
  }

  /** On 04 and 05 the peer tells who it is with its first announce request. */
  learnHop(hop: HopId): void {
    if (hop !== NO_HOP && this.#hop === this.stamp) this.#hop = hop;
  }

  /** Whether "nobody has it" can be believed from the peer by now. */
  settled(now: number): boolean {
    return now - this.#heardAt >= (this.#node?.settling ?? 0);
  }
}
