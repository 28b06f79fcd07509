import type { Clock } from "../clock.ts";

/** Something with news for its owner. */
export interface Due {
  /** True while it is on the agenda. */
  due: boolean;
  /** Tells the news. */
  deliver(): void;
}

/** Something with bytes for its socket. */
export interface Unsent {
  /** True while it is on the agenda. */
  unsent: boolean;
  flush(): void;
}

/**
 * What is to be done at the end of this turn of the event loop. Calls into the transport only put things on it: so all
 * that was written in a turn leaves in one batch, and no event comes from inside a call.
 */
export class Agenda {
  readonly #clock: Clock;
  #unsent: Unsent[] = [];
  #due: Due[] = [];
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  flushSoon(connection: Unsent): void {
    if (connection.unsent) return;
    connection.unsent = true;
    this.#unsent.push(connection);
    this.#schedule();
  }

  deliverSoon(item: Due): void {
    if (item.due) return;
    item.due = true;
    this.#due.push(item);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const connection of unsent) {
      connection.unsent = false;
      connection.flush();
    }
    const due = this.#due;
    this.#due = [];
    let told = 0;
    try {
      for (; told < due.length; told++) {
        const item = due[told]!;
        item.due = false;
        item.deliver();
      }
    } finally {
      // An owner that throws is on its own; what the others are to hear must not be lost with it.
      if (told < due.length) this.#restore(due.slice(told + 1));
    }
  };

  #restore(items: readonly Due[]): void {
    this.#due = [...items, ...this.#due];
    if (items.length > 0) this.#schedule();
  }
}
