import type { Clock, Timer } from "@moq-relay/protocol/model";
import type { VirtualClock } from "@moq-relay/protocol/transport";

/** Wall time when a world begins, milliseconds since 1970. */
const EPOCH = 1_700_000_000_000;

/**
 * Time as one process sees it. Its event loop may stall: then what is due waits, and runs in order when the stall is over.
 * A dead process runs nothing any more.
 */
export class ProcessClock implements Clock {
  /** Milliseconds that its wall clock is wrong by. */
  skew: number;
  readonly #time: VirtualClock;
  #waiting: (() => void)[] | undefined;
  #dead = false;

  constructor(time: VirtualClock, skew = 0) {
    this.#time = time;
    this.skew = skew;
  }

  now(): number {
    return this.#time.now();
  }

  wall(): number {
    return EPOCH + Math.floor(this.#time.now()) + this.skew;
  }

  after(delay: number, run: () => void): Timer {
    let wanted = true;
    this.#time.schedule(delay, () => wanted && this.deliver(() => wanted && run()));
    return { cancel: () => (wanted = false) };
  }

  /** An event of the outside world for this process: runs at once, or when the process gets round to it. */
  deliver(run: () => void): void {
    if (this.#dead) return;
    if (this.#waiting) this.#waiting.push(run);
    else run();
  }

  get stalled(): boolean {
    return this.#waiting !== undefined;
  }

  stall(): void {
    this.#waiting ??= [];
  }

  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) this.#time.schedule(0, () => this.deliver(run));
  }

  die(): void {
    this.#dead = true;
    this.#waiting = undefined;
  }
}
