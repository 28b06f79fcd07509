interface Waiting {
  readonly due: number;
  readonly deliver: () => void;
}

/** Packets on their way: each is delivered when it is due. Has a cap, beyond which packets are dropped. */
export class DelayLine {
  /** Packets that found the line full. */
  dropped = 0;
  readonly #cap: number;
  /** By the time at which they are due. */
  readonly #waiting: Waiting[] = [];
  /** When the last one is due that must not be overtaken. */
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `cap`: packets that wait at once, copies included. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Delivers `delay` milliseconds from now, and not before those in front unless it is `heldBack` behind later ones. */
  add(delay: number, heldBack: boolean, deliver: () => void): void {
    if (this.#waiting.length >= this.#cap) {
      this.dropped += 1;
      return;
    }
    const now = performance.now();
    const due = heldBack ? now + delay : Math.max(now + delay, this.#lastDue);
    if (!heldBack) this.#lastDue = due;
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1] as Waiting).due > due) at -= 1;
    this.#waiting.splice(at, 0, { due, deliver });
    if (at === 0) this.#arm(now);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    this.#lastDue = 0;
  }

  #arm(now: number): void {
    clearTimeout(this.#timer);
    const first = this.#waiting[0];
    this.#timer = first && setTimeout(() => this.#run(), first.due - now);
  }

  #run(): void {
    const now = performance.now();
    const count = this.#waiting.findIndex(({ due }) => due > now);
    const due = this.#waiting.splice(0, count === -1 ? this.#waiting.length : count);
    for (const { deliver } of due) deliver();
    this.#arm(now);
  }
}
