import type { Pipe } from "./pipe.ts";

/** What a way is like until something is changed. */
export interface WaySettings {
  /** Milliseconds from one end to the other. */
  readonly delay: number;
  /** Bytes per millisecond of each connection, Infinity for no limit. */
  readonly rate: number;
}

/**
 * The network in one direction between two addresses: all connections between them feel it. Settings hold for what is
 * sent from then on.
 */
export class Way {
  /** Milliseconds from one end to the other. */
  delay: number;
  /** Bytes per millisecond of each connection, Infinity for no limit. */
  rate: number;
  /** More milliseconds for each packet. What overtakes stays in order within its stream. */
  jitter: (() => number) | undefined;
  /** True for each datagram that gets lost. (Streams repair loss: to them it is jitter.) */
  loses: (() => boolean) | undefined;
  readonly #pipes = new Set<Pipe>();
  #silent = false;
  #held = false;

  constructor(settings: WaySettings) {
    this.delay = settings.delay;
    this.rate = settings.rate;
  }

  get silent(): boolean {
    return this.#silent;
  }

  /** Nothing arrives at the moment, for one reason or the other. */
  get stopped(): boolean {
    return this.#silent || this.#held;
  }

  /** The connections' directions that go this way. */
  get pipes(): ReadonlySet<Pipe> {
    return this.#pipes;
  }

  /**
   * From now on nothing gets through, and nobody is told. What streams carry is sent again after `heal`; datagrams are
   * gone. An end that hears nothing for the idle timeout is lost.
   */
  silence(): void {
    if (this.#silent) return;
    for (const pipe of this.#pipes) pipe.fallSilent();
    this.#silent = true;
  }

  heal(): void {
    if (!this.#silent) return;
    this.#silent = false;
    for (const pipe of this.#pipes) pipe.recover();
  }

  /**
   * From now on nothing is handed over at the far end, as where a process is too busy to look: what arrives waits, and signs
   * of life, which need no process, go on.
   */
  hold(): void {
    this.#held = true;
  }

  /** What waits is handed over, in order. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    for (const pipe of [...this.#pipes]) pipe.goOn();
  }

  add(pipe: Pipe): void {
    this.#pipes.add(pipe);
  }

  delete(pipe: Pipe): void {
    this.#pipes.delete(pipe);
  }
}
