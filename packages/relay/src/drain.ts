import type { Clock, Random, Timer } from "@moq-relay/protocol/model";

/** A session, as far as ending it goes. */
export interface Leaving {
  /** Another relay, which moves its flows away by itself and then needs nothing more. */
  readonly relay: boolean;
  /** It publishes something here. */
  readonly publishes: boolean;
  close(): void;
}

export interface DrainOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Longest time for all of it, milliseconds. */
  readonly window: number;
  /** Says GOAWAY to everybody, in versions that have it. */
  warn(): void;
  sessions(): Iterable<Leaving>;
  /** Subscriptions that are being served, to whomever. */
  reading(): number;
}

/** Milliseconds that clients have to leave by themselves once they were told. */
const COURTESY = 500;

/** Clients that are sent away in a second: as many come back elsewhere. */
const CLIENTS_PER_SECOND = 200;

/** Milliseconds between two looks at who is left. */
const LOOK = 20;

/**
 * Empties a relay without anybody noticing much: everybody is told; relays move their flows and clients that know the message
 * leave by themselves; the other clients are closed one after the other, in an order that chance decides, so that they do not
 * all arrive elsewhere in the same moment. Who publishes goes last: the viewers that have moved read it through the cluster
 * until then, and none of them sees the end of a broadcast that only moves.
 *
 * @param done called once: when nobody is left who needs the relay, or the time is over.
 * @returns gives up waiting; `done` is not called then.
 */
export function drain(options: DrainOptions, done: () => void): () => void {
  const { clock, random, window } = options;
  const end = clock.now() + window;
  const timers = new Set<Timer>();
  const after = (delay: number, run: () => void): void => {
    const timer = clock.after(delay, () => {
      timers.delete(timer);
      run();
    });
    timers.add(timer);
  };
  const stop = (): void => {
    for (const timer of timers) timer.cancel();
    timers.clear();
  };
  options.warn();
  after(Math.min(COURTESY, window / 2), () => {
    const clients = inTurn(options.sessions(), random);
    const spread = Math.min(window / 2, (clients.length * 1_000) / CLIENTS_PER_SECOND);
    for (const [turn, client] of clients.entries()) after((turn * spread) / clients.length, () => client.close());
  });
  const look = (): void => {
    const clients = [...options.sessions()].some(({ relay }) => !relay);
    if (clock.now() < end && (clients || options.reading() > 0)) return after(LOOK, look);
    stop();
    done();
  };
  look();
  return stop;
}

/** The clients in the order in which they go. */
function inTurn(sessions: Iterable<Leaving>, random: Random): Leaving[] {
  const clients = [...sessions].filter(({ relay }) => !relay).map((client) => ({ client, lot: random.next() }));
  clients.sort((a, b) => Number(a.client.publishes) - Number(b.client.publishes) || a.lot - b.lot);
  return clients.map(({ client }) => client);
}
