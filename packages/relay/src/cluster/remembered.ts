import type { Clock, Timer } from "@moq-relay/protocol/model";
import { standInOrder } from "./front.ts";
import type { ClusterLog } from "./options.ts";

/** Where the members are kept while the process is not there. Neither call throws. */
export interface MemberStore {
  /** What was written last; undefined when there is nothing that can be read. */
  read(): string | undefined;
  write(text: string): void;
}

export interface RememberedOptions {
  readonly clock: Clock;
  readonly log: ClusterLog;
  readonly store: MemberStore | undefined;
  /** Addresses at most; further ones are not remembered. */
  readonly max: number;
}

/** The addresses of members, for the day on which no root can tell them. */
export class Remembered {
  readonly #options: RememberedOptions;
  readonly #addresses = new Set<string>();
  #order: readonly string[] | undefined;
  #writing: Timer | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(options: RememberedOptions) {
    this.#options = options;
    for (const address of this.#read()) if (this.#addresses.size < options.max) this.#addresses.add(address);
  }

  get size(): number {
    return this.#addresses.size;
  }

  /** All of them, in the order in which they stand in. */
  get order(): readonly string[] {
    this.#order ??= standInOrder(this.#addresses);
    return this.#order;
  }

  add(address: string): void {
    if (address === "" || this.#addresses.has(address) || this.#addresses.size >= this.#options.max) return;
    this.#addresses.add(address);
    this.#changed();
  }

  delete(address: string): void {
    if (this.#addresses.delete(address)) this.#changed();
  }

  /** Exactly these are members. */
  replace(addresses: Iterable<string>): void {
    const told = new Set(addresses);
    for (const address of [...this.#addresses]) if (!told.has(address)) this.delete(address);
    for (const address of told) this.add(address);
  }

  /** Writes what is not written yet. */
  close(): void {
    if (this.#writing) this.#write();
  }

  #changed(): void {
    this.#order = undefined;
    if (!this.#options.store || this.#writing) return;
    const wait = Math.max(FIRST_WRITE, this.#writtenAt + WRITE_EVERY - this.#options.clock.now());
    this.#writing = this.#options.clock.after(wait, () => this.#write());
  }

  #write(): void {
    this.#writing?.cancel();
    this.#writing = undefined;
    this.#writtenAt = this.#options.clock.now();
    this.#options.store?.write(`${JSON.stringify({ members: [...this.#addresses].sort() })}\n`);
  }

  #read(): string[] {
    const text = this.#options.store?.read();
    if (text === undefined) return [];
    try {
      const { members } = JSON.parse(text) as { members: unknown };
      if (Array.isArray(members) && members.every((one) => typeof one === "string" && one !== "")) return members;
    } catch {
      // Told below, as any other content that is not ours.
    }
    this.#options.log.warn("the state file is broken: this node starts without the members that it knew");
    return [];
  }
}

/** Milliseconds between two writes, and from the first change to the first write. */
const WRITE_EVERY = 10_000;
const FIRST_WRITE = 1_000;
