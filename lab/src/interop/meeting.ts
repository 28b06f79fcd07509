import { randomUUID } from "node:crypto";
import type { Agent } from "./agent/agent.ts";
import type { Calls } from "./agent/calls.ts";

/** What a session of a client does in a check: calls without what the session knows itself. */
export class Guest {
  readonly #agent: Agent;
  readonly #session: string = randomUUID();

  private constructor(agent: Agent) {
    this.#agent = agent;
  }

  /**
   * Dials a relay.
   *
   * @param version the only one offered; absent: what the client likes.
   * @returns the session, and the version that was agreed on ("" when the client does not say).
   */
  static async dial(agent: Agent, url: string, version: string | undefined): Promise<[Guest, string]> {
    const guest = new Guest(agent);
    return [guest, await guest.ask("dial", { url, version })];
  }

  ask<Name extends keyof Calls>(
    call: Name,
    ask: Omit<Calls[Name]["ask"], "session">,
    patience?: number,
  ): Promise<Calls[Name]["answer"]> {
    return this.#agent.call(call, { ...ask, session: this.#session } as Calls[Name]["ask"], patience);
  }

  async close(): Promise<void> {
    await this.ask("close", {}).catch(() => {});
  }
}

/** Who meets at a relay for one check: the client that is looked at, and known-good ones. */
export interface Meeting {
  readonly client: Guest;
  /** Two sessions of the known-good client: one publishes, the other has read everything from the beginning. */
  readonly known: Guest;
  readonly early: Guest;
  /** A path of its own. */
  readonly path: string;
}
