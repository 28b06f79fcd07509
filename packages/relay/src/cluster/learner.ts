import { addCost, type Clock, joinPath, type Path, type RouteOffer, selfAndAncestors } from "@moq-relay/protocol/model";
import type { Cancel, Session } from "@moq-relay/protocol/session";
import { RefusedPaths, type RouteScope, type RouteTable } from "../routing/index.ts";
import type { ClusterCounters } from "./counters.ts";

export interface LearnerOptions {
  readonly table: RouteTable;
  readonly clock: Clock;
  readonly counters: ClusterCounters;
  /** What its routes enter the table as. */
  readonly scope: () => RouteScope;
  /** The peer is a root of ours: see `RouteInput.whole`. Default false. */
  readonly whole?: boolean;
  /** Whether its word that this is gone is believed at once; else it stays as stale. Default: yes. */
  readonly believes?: (gone: RouteOffer) => boolean;
  /** What the link costs beside what its session says. Default: nothing. */
  readonly surcharge?: () => number;
  /** How often the link came and went lately, if that is held against it: see `RouteInput.losses`. Default: 0. */
  readonly losses?: () => number;
  /** Hears each offer for a path, or (undefined) of its end. True: it is no way, but says where else there is one. */
  readonly redirects?: (path: Path, offer: RouteOffer | undefined) => boolean;
  /** Whether the peer may announce this. */
  readonly admits: (path: Path, offer: RouteOffer) => boolean;
}

type Complete = (settled: boolean) => void;

/** What was asked of the peer: one announce stream. */
interface Request {
  readonly prefix: Path;
  readonly routes: Map<Path, RouteOffer>;
  readonly holders: Set<{ readonly complete: Complete }>;
  /** What the peer said when it had told all; undefined before. */
  settled: boolean | undefined;
  cancel: Cancel | undefined;
}

/**
 * Puts what one peer announces into the route table. Several requests may overlap (a prefix, and a path below it): the table
 * has a route as long as any of them has it, and its name counts as announced when a request for a shorter prefix says so.
 */
export class Learner {
  readonly #session: Session;
  readonly #options: LearnerOptions;
  readonly #requests = new Map<Path, Request>();
  /** Of those in `#requests`, what the table had no room for. */
  readonly #refused = new RefusedPaths();
  /** Paths to which a way is known still, while it is in doubt whether just these names are announced. */
  readonly #names = new Set<Path>();
  #doubting = false;

  constructor(session: Session, options: LearnerOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Prefixes and paths that are being asked for. */
  get size(): number {
    return this.#requests.size;
  }

  /**
   * Asks for all at and below `prefix`, from now until the result is called. Those who ask for the same share one request.
   *
   * @param complete all that the peer had has been told; `settled` is false when it may have more to come.
   */
  listen(prefix: Path, complete: Complete = () => {}): Cancel {
    const holder = { complete };
    const known = this.#requests.get(prefix);
    const request = known ?? this.#add(prefix);
    request.holders.add(holder);
    if (!known) this.#open(request);
    else if (request.settled !== undefined) complete(request.settled);
    return () => {
      if (request.holders.delete(holder) && request.holders.size === 0) this.#drop(request);
    };
  }

  /** The session is gone: what becomes of its routes is for others to say. */
  closed(): void {
    this.#requests.clear();
    this.#refused.clear();
  }

  /** Nothing is in doubt any more. */
  settle(): void {
    if (this.#names.size === 0) return;
    this.#names.clear();
    this.restamp();
  }

  /** The scope, the price or the repute of the link has changed: the table is told anew what the peer has. */
  restamp(): void {
    for (const { routes } of [...this.#requests.values()])
      for (const [path, offer] of [...routes]) this.#offer(path, offer);
  }

  /** What is let go of in `run` stays in the table as stale: the peer may no longer say it, which does not make it untrue. */
  doubting(run: () => void): void {
    const before = this.#doubting;
    this.#doubting = true;
    run();
    this.#doubting = before;
  }

  #add(prefix: Path): Request {
    const request: Request = { prefix, routes: new Map(), holders: new Set(), settled: undefined, cancel: undefined };
    this.#requests.set(prefix, request);
    return request;
  }

  #open(request: Request): void {
    const { prefix } = request;
    const cancel = this.#session.listen(prefix, {
      onComplete: (settled) => this.#completed(request, settled),
      onStart: (suffix, offer) => this.#told(request, suffix, offer),
      onRestart: (suffix, offer) => this.#told(request, suffix, offer),
      onEnd: (suffix) => this.#ended(request, joinPath(prefix, suffix), true),
      onClosed: () => this.#holds(request) && this.#forget(request),
    });
    // The answer may have come already, and nobody wants more.
    if (this.#holds(request)) request.cancel = cancel;
    else cancel();
  }

  #drop(request: Request): void {
    if (!this.#holds(request)) return;
    // Withdrawing routes may make somebody ask for them again at once: that must be a new request.
    this.#requests.delete(request.prefix);
    request.cancel?.();
    this.#forget(request);
  }

  #holds(request: Request): boolean {
    return this.#requests.get(request.prefix) === request;
  }

  #completed(request: Request, settled: boolean): void {
    if (!this.#holds(request)) return;
    request.settled = settled;
    for (const { complete } of [...request.holders]) complete(settled);
  }

  #told(request: Request, suffix: Path, offer: RouteOffer): void {
    if (!this.#holds(request)) return;
    const path = joinPath(request.prefix, suffix);
    if (!this.#options.admits(path, offer)) {
      this.#options.counters.namesRefused += 1;
      return this.#ended(request, path);
    }
    if (this.#options.redirects?.(path, offer)) return this.#lost(request, path);
    request.routes.set(path, offer);
    this.#offer(path, offer);
  }

  /** @param told it has said so itself. */
  #ended(request: Request, path: Path, told = false): void {
    if (!this.#holds(request)) return;
    this.#options.redirects?.(path, undefined);
    this.#lost(request, path, told);
  }

  #lost(request: Request, path: Path, told = false): void {
    const gone = request.routes.get(path);
    if (gone === undefined) return;
    const { believes } = this.#options;
    if (believes?.(gone) ?? true) this.#lose(request, path, told);
    else this.doubting(() => this.#lose(request, path));
  }

  #lose(request: Request, path: Path, told = false): void {
    if (!request.routes.delete(path)) return;
    if (!this.#doubting) this.#names.delete(path);
    const [still] = this.#requestsWith(path);
    if (still && this.#doubting) this.#names.add(path);
    if (still) return this.#offer(path, still.routes.get(path)!);
    this.#refused.delete(path);
    if (this.#doubting) this.#options.table.doubt(path, this.#session.id);
    else if (told) this.#options.table.ended(path, this.#session.id);
    else this.#options.table.withdraw(path, this.#session.id);
  }

  #forget(request: Request): void {
    for (const path of [...request.routes.keys()]) this.#lose(request, path);
  }

  #offer(path: Path, offer: RouteOffer): void {
    const { table, clock, scope, counters, whole = false } = this.#options;
    const exact = this.#names.has(path) || this.#requestsWith(path).some(({ prefix }) => prefix !== path);
    const place = { link: this.#session.id, scope: scope(), whole };
    const losses = this.#options.losses?.() ?? 0;
    const result = table.offer({ ...place, path, offer: this.#priced(offer), exact, losses }, clock.wall());
    if (result !== "refused") return this.#refused.delete(path);
    counters.routesRefused += 1;
    this.#refused.add(path);
    table.wait({ place, retry: this.#retry });
  }

  /** What the peer publishes itself is no dearer for being far away: there is no other way to it. */
  #priced(offer: RouteOffer): RouteOffer {
    const surcharge = this.#options.surcharge?.() ?? 0;
    if (surcharge === 0 || offer.hops.length < 2) return offer;
    return { ...offer, warm: addCost(offer.warm, surcharge), cold: addCost(offer.cold, surcharge) };
  }

  /** There is room in the table for one that was refused. */
  readonly #retry = (): boolean => {
    const path = this.#refused.take();
    if (path === undefined) return false;
    const [request] = this.#requestsWith(path);
    if (request) this.#offer(path, request.routes.get(path)!);
    return this.#refused.size > 0;
  };

  #requestsWith(path: Path): Request[] {
    const found: Request[] = [];
    for (const prefix of selfAndAncestors(path)) {
      const request = this.#requests.get(prefix);
      if (request?.routes.has(path)) found.push(request);
    }
    return found;
  }
}
