/** Longest wait for an event, milliseconds: generous, for it only ever ends a test that has failed. */
const PATIENCE = 20_000;

/** Between looks at conditions that no event announces (statistics), milliseconds. */
const LOOK_EVERY = 25;

/** Lets a test wait for what the recordings have seen, and notes what should never be seen. */
export class Signal {
  /** Broken rules of the interface: each makes the case fail at its end. */
  readonly violations: string[] = [];
  readonly #waiting = new Set<() => void>();
  #calls = 0;

  /** Something was recorded. */
  notify(): void {
    for (const look of [...this.#waiting]) look();
  }

  violation(text: string): void {
    this.violations.push(text);
    this.notify();
  }

  /** Runs a call into the transport; an event that arrives meanwhile breaks the second rule of the interface. */
  call<T>(run: () => T): T {
    this.#calls += 1;
    try {
      return run();
    } finally {
      this.#calls -= 1;
    }
  }

  /** Every recorded event passes here first. */
  event(what: string): void {
    if (this.#calls > 0) this.violation(`${what} was delivered from inside a call`);
  }

  /** Resolves when `condition` holds; rejects, naming `what`, when it does not in a long time. */
  until(condition: () => boolean, what: string, patience: number = PATIENCE): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        try {
          if (condition()) end(resolve);
        } catch (error) {
          end(() => reject(error));
        }
      };
      const end = (settle: () => void) => {
        this.#waiting.delete(look);
        clearInterval(interval);
        clearTimeout(timeout);
        settle();
      };
      const interval = setInterval(look, LOOK_EVERY);
      const timeout = setTimeout(() => end(() => reject(new Error(`waited in vain for: ${what}`))), patience);
      this.#waiting.add(look);
      look();
    });
  }
}
