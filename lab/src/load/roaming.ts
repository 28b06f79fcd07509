import type { Connection, ConnectionEvents } from "@moq-relay/protocol/transport";
import { pause } from "../process/wait.ts";
import { connect } from "./load-run.ts";

/** One connection of a client that can turn to another relay. */
export interface Roamer extends ConnectionEvents {
  /** Called once: the relay says that it goes away, or the connection has ended. */
  onLeave: (() => void) | undefined;
  close(): void;
}

/** Makes the client of a connection, and ends the one before as it sees fit. */
export type Open<T extends Roamer> = (connection: Connection, before: T | undefined) => T;

/** Milliseconds between two tries to reach some relay. */
const RETRY = 20;

/** Keeps a client at one of several relays: when its relay goes away the client turns to another of its list. */
export class Roaming<T extends Roamer> {
  readonly #ports: readonly number[];
  readonly #step: number;
  readonly #open: Open<T>;
  #at: number;
  #current: T | undefined;
  #closed = false;

  private constructor(ports: readonly number[], at: number, step: number, open: Open<T>) {
    this.#ports = ports;
    this.#at = at;
    this.#step = step;
    this.#open = open;
  }

  /**
   * Connects to the relay on `ports[at]`.
   *
   * @param step how far down the list the next relay is.
   */
  static async start<T extends Roamer>(
    ports: readonly number[],
    at: number,
    step: number,
    open: Open<T>,
  ): Promise<Roaming<T>> {
    const roaming = new Roaming(ports, at, step, open);
    roaming.#take(await connect(roaming.port, (connection) => open(connection, undefined)));
    return roaming;
  }

  /** Where it is, or will be in a moment. */
  get port(): number {
    return this.#ports[this.#at] ?? 0;
  }

  get current(): T | undefined {
    return this.#current;
  }

  close(): void {
    this.#closed = true;
    this.#current?.close();
  }

  #take(client: T): void {
    this.#current = client;
    client.onLeave = () => void this.#leave(client);
  }

  async #leave(before: T): Promise<void> {
    while (!this.#closed) {
      this.#at = (this.#at + this.#step) % this.#ports.length;
      try {
        this.#take(await connect(this.port, (connection) => this.#open(connection, before)));
        return;
      } catch {
        await pause(RETRY);
      }
    }
  }
}
