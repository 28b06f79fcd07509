import type { Clock, Timer } from "@moq-relay/protocol/model";
import { Penalty } from "./penalty.ts";

/** Milliseconds between two looks at what has become calm. */
const LOOK = 1_000;

export interface DampingOptions {
  readonly clock: Clock;
  /** Names that are remembered; the one that went longest ago is forgotten for a further one. */
  readonly max: number;
  /** This one is no longer damped. */
  readonly onCalm: (name: string) => void;
}

/** Which links, or broadcasts, come and go too often. They are known by a name that they have again when they are back. */
export class Damping {
  /** Times that something went, and that something was damped for it. */
  readonly counters: { losses: number; damped: number } = { losses: 0, damped: 0 };
  readonly #options: DampingOptions;
  /** The one that went last stands last. */
  readonly #penalties = new Map<string, Penalty>();
  #damped = 0;
  #timer: Timer | undefined;

  constructor(options: DampingOptions) {
    this.#options = options;
  }

  /** Names that are remembered. */
  get size(): number {
    return this.#penalties.size;
  }

  /** Names that are damped. */
  get damped(): number {
    return this.#damped;
  }

  /** It has gone. Returns whether it is damped from now on, and was not before. */
  lost(name: string): boolean {
    const penalty = this.#penalties.get(name) ?? new Penalty();
    const before = penalty.damped;
    if (!penalty.lost(this.#options.clock.now())) return false;
    this.counters.losses += 1;
    this.#penalties.delete(name);
    this.#penalties.set(name, penalty);
    this.#wait();
    const begun = penalty.damped && !before;
    if (begun) {
      this.counters.damped += 1;
      this.#damped += 1;
    }
    const [longest] = this.#penalties.keys();
    if (this.#penalties.size > this.#options.max && longest !== undefined) this.#forget(longest);
    return begun;
  }

  /** How often it has come and gone in the last minute, at least 1, if it is damped; else 0. */
  against(name: string): number {
    if (this.#damped === 0) return 0;
    const penalty = this.#penalties.get(name);
    return penalty?.damped ? Math.max(1, penalty.losses(this.#options.clock.now())) : 0;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#penalties.clear();
    this.#damped = 0;
  }

  #wait(): void {
    this.#timer ??= this.#options.clock.after(LOOK, () => {
      this.#timer = undefined;
      this.#look(this.#options.clock.now());
      if (this.#penalties.size > 0) this.#wait();
    });
  }

  #look(now: number): void {
    for (const [name, penalty] of [...this.#penalties]) {
      if (penalty.calms(now)) this.#calmed(name);
      if (!penalty.damped && penalty.losses(now) === 0) this.#penalties.delete(name);
    }
  }

  #forget(name: string): void {
    const damped = this.#penalties.get(name)?.damped;
    this.#penalties.delete(name);
    if (damped) this.#calmed(name);
  }

  #calmed(name: string): void {
    this.#damped -= 1;
    this.#options.onCalm(name);
  }
}
