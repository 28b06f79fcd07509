import { ManualClock } from "../../../packages/websocket/src/testing/manual-clock.ts";

/** A clock whose time is moved by hand, and turns of an event loop with it. */
export class QmuxClock extends ManualClock {
  #soon: (() => void)[] = [];

  override soon(run: () => void): void {
    this.#soon.push(run);
  }

  /** Runs what was to be run soon, and what comes of it. */
  turn(): void {
    for (let turns = 0; this.#soon.length > 0 && turns < 1_000; turns++) {
      const soon = this.#soon;
      this.#soon = [];
      for (const run of soon) run();
    }
  }

  /** Lets time pass, with a turn before each thing that is due. */
  pass(milliseconds: number): void {
    const end = this.now() + milliseconds;
    this.turn();
    for (let next = this.next; next !== undefined && next <= end; next = this.next) {
      this.advance(next - this.now());
      this.turn();
    }
    this.advance(end - this.now());
  }
}
