import { VirtualClock } from "@moq-relay/protocol/transport";
import { FaultyNetwork } from "./network.ts";
import { SimNode } from "./node.ts";
import type { NodeSpec } from "./node-config.ts";
import { Chance } from "./random.ts";
import { Transcript } from "./transcript.ts";

/** Something that must never be, and was. */
export interface Violation {
  readonly at: number;
  /** Such as "I3". */
  readonly invariant: string;
  readonly who: string;
  readonly what: string;
}

export interface SimWorldOptions {
  readonly seed: number;
  readonly nodes: readonly NodeSpec[];
  /** Prints the transcript as it comes. */
  readonly echo?: boolean;
  /** What relays say to each other goes into the transcript too. */
  readonly detail?: boolean;
}

/** Far more than any history needs in a quarter of a second. */
const EVENTS_PER_NODE = 20_000;

/** Relays, the network between them, time and chance: one process, one clock, one seed. */
export class SimWorld {
  readonly time: VirtualClock = new VirtualClock();
  readonly chance: Chance;
  readonly network: FaultyNetwork;
  readonly nodes: Map<string, SimNode> = new Map();
  readonly transcript: Transcript;
  readonly violations: Violation[] = [];
  readonly detail: boolean;
  /** When the last fault ended; Infinity while there is one. */
  #calmSince = 0;
  #faults = 0;
  #events = 0;

  constructor({ seed, nodes, echo = false, detail = false }: SimWorldOptions) {
    this.detail = detail;
    this.chance = new Chance(`seed ${seed}`);
    this.network = new FaultyNetwork(this.time, this.chance.fork("network"));
    this.transcript = new Transcript(echo);
    for (const spec of nodes) this.nodes.set(spec.name, new SimNode(this, spec));
  }

  get now(): number {
    return this.time.now();
  }

  get calmSince(): number {
    return this.#faults > 0 ? Number.POSITIVE_INFINITY : this.#calmSince;
  }

  /** Events that were run so far. */
  get events(): number {
    return this.#events;
  }

  node(name: string): SimNode {
    const node = this.nodes.get(name);
    if (!node) throw new RangeError(`there is no node ${name}`);
    return node;
  }

  say(who: string, what: string): void {
    this.transcript.add(this.now, who, what);
  }

  violation(invariant: string, who: string, what: string): void {
    this.say(who, `VIOLATION ${invariant}: ${what}`);
    this.violations.push({ at: this.now, invariant, who, what });
  }

  after(wait: number, run: () => void): void {
    this.time.schedule(wait, run);
  }

  /** Something is wrong with the world, until the result is called. */
  fault(): () => void {
    this.#faults += 1;
    return () => {
      this.#faults -= 1;
      this.#calmSince = this.now;
    };
  }

  /** Time must go on: so many events in one stretch are a storm, or a circle. */
  #tooMany(events: number, every: number): boolean {
    const cap = EVENTS_PER_NODE * this.nodes.size * Math.max(1, every / 250);
    if (events < cap) return false;
    this.violation("storm", "cluster", `${events} events within ${every} ms`);
    return true;
  }

  /** Runs until `until`, or until something is wrong; `look` is called every `every` milliseconds. */
  run(until: number, every = 250, look: () => void = () => {}): void {
    for (let next = Math.min(until, this.now + every); ; next = Math.min(until, next + every)) {
      const before = this.#events;
      while (this.time.step(next)) {
        this.#events += 1;
        if (this.violations.length > 0 || this.#tooMany(this.#events - before, every)) return;
      }
      this.time.advance(next - this.now);
      look();
      if (next >= until || this.violations.length > 0) return;
    }
  }
}
