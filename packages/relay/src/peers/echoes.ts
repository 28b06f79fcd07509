import { type Clock, joinPath, NO_HOP, type Path, type RouteOffer, type Timer } from "@moq-relay/protocol/model";
import type { Announcer, ListenEvents } from "@moq-relay/protocol/session";

/** Milliseconds after our END until what the peer still has must be its own. */
const PATIENCE = 2_000;

/**
 * Keeps apart, for one peer, what it has and what it only tells back. A relay without hop lists (Rust until 0.10) tells a client
 * everything, what came from that client too, and nothing in it says so. Taken for a newer publisher, its echo would replace the
 * broadcast here, so that ours were withdrawn there, and the echo with it: round and round. So what such a peer announces under
 * a name that it has from us counts only once we have ended ours.
 */
export class Echoes {
  readonly #clock: Clock;
  /** What the peer is told now, and on how many streams. */
  readonly #told = new Map<Path, number>();
  /** What it announces meanwhile under these names. */
  readonly #withheld = new Map<Path, RouteOffer>();
  readonly #releasing = new Map<Path, Timer>();
  #release: (path: Path, offer: RouteOffer) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes what the peer is told at and below `prefix`; `stop` when that ends. */
  telling(prefix: Path, to: Announcer): { readonly announcer: Announcer; stop(): void } {
    const names = new Set<Path>();
    const begun = (suffix: Path): void => {
      const path = joinPath(prefix, suffix);
      if (names.has(path)) return;
      names.add(path);
      this.#begin(path);
    };
    const ended = (path: Path): void => {
      if (names.delete(path)) this.#end(path);
    };
    const announcer: Announcer = {
      begin: (routes) => {
        for (const { suffix } of routes) begun(suffix);
        to.begin(routes);
      },
      start: (suffix, offer) => {
        begun(suffix);
        to.start(suffix, offer);
      },
      restart: (suffix, offer) => to.restart(suffix, offer),
      end: (suffix) => {
        ended(joinPath(prefix, suffix));
        to.end(suffix);
      },
    };
    return { announcer, stop: () => names.forEach(ended) };
  }

  /** Hears the peer, and passes on to `routes` what is its own. Its names are whole: whom we dial has no other root. */
  hearing(routes: ListenEvents): ListenEvents {
    this.#release = (path, offer) => routes.onStart(path, offer);
    return {
      onComplete: (settled) => routes.onComplete(settled),
      onClosed: () => {
        for (const path of [...this.#withheld.keys()]) this.#drop(path);
        routes.onClosed();
      },
      onStart: (path, offer) => {
        if (this.#isEcho(path, offer)) this.#withheld.set(path, offer);
        else routes.onStart(path, offer);
      },
      onRestart: (path, offer) => {
        const passedOn = !this.#drop(path);
        if (!this.#isEcho(path, offer)) return passedOn ? routes.onRestart(path, offer) : routes.onStart(path, offer);
        this.#withheld.set(path, offer);
        if (passedOn) routes.onEnd(path);
      },
      onEnd: (path) => {
        if (!this.#drop(path)) routes.onEnd(path);
      },
    };
  }

  /** The session is over. */
  close(): void {
    for (const path of [...this.#withheld.keys()]) this.#drop(path);
  }

  #isEcho(path: Path, offer: RouteOffer): boolean {
    return isAnonymous(offer) && this.#told.has(path);
  }

  #begin(path: Path): void {
    this.#told.set(path, (this.#told.get(path) ?? 0) + 1);
    this.#releasing.get(path)?.cancel();
    this.#releasing.delete(path);
  }

  #end(path: Path): void {
    const left = this.#told.get(path)! - 1;
    if (left > 0) return void this.#told.set(path, left);
    this.#told.delete(path);
    if (!this.#withheld.has(path)) return;
    // An echo ends when it has heard that ours has.
    const timer = this.#clock.after(PATIENCE, () => {
      const offer = this.#withheld.get(path);
      this.#drop(path);
      if (offer) this.#release(path, offer);
    });
    this.#releasing.set(path, timer);
  }

  /** False when there was nothing of it to withhold. */
  #drop(path: Path): boolean {
    this.#releasing.get(path)?.cancel();
    this.#releasing.delete(path);
    return this.#withheld.delete(path);
  }
}

/** Nobody in the chain has a name but the stamp that was put in front here. */
function isAnonymous({ hops }: RouteOffer): boolean {
  return hops.length > 1 && hops.slice(1).every((hop) => hop === NO_HOP);
}
