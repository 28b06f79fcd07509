import { below, type HopId, MAX_HOPS, NO_HOP, type Path } from "@moq-relay/protocol/model";
import { Audience, type Change, type Watcher } from "./audience.ts";
import { type ExplainedWay, explain } from "./explain.ts";
import { damped } from "./last-resort.ts";
import { Listener, type RouteSink } from "./listener.ts";
import { PathTree } from "./path-tree.ts";
import { rank } from "./rank.ts";
import { Room } from "./room.ts";
import type { LinkId, Route, RouteInput } from "./route.ts";
import { suspected, trusted } from "./suspicion.ts";
import { leadsBack, type View } from "./view.ts";
import { type Waiter, Waiting } from "./waiting.ts";

export interface RouteTableOptions {
  /** Our own identity: a route that names it has been here before. */
  readonly hop: HopId;
  /** Longest chain that is taken, and told on with our own hop; at most 32. Default 32. */
  readonly maxHops?: number;
  /** Routes in the table, shared out as `Room` says; further ones are refused. */
  readonly maxRoutes: number;
  /** The cluster's own names, which always find room. None if not given. */
  readonly reserved?: (path: Path) => boolean;
  /** Listeners, and likewise watchers; further ones are refused. Members of the cluster may be as many again. */
  readonly maxListeners: number;
  /** Called after a link has fallen silent, or is heard again. */
  readonly onSuspect?: (link: LinkId) => void;
  /** Called after each change of a path's routes, which concerns all that lies below the path too. */
  readonly onChange?: (path: Path) => void;
}

/** Numbers that only grow. */
export interface RouteCounters {
  /** Routes not taken because they came in a circle or were too long. */
  declined: number;
  /** Routes that found no room, however often they were offered. */
  refused: number;
  /** Listeners and watchers that found no room. */
  turnedAway: number;
  /** Changes of what some path leads to. */
  changes: number;
}

/** "declined": not usable (a loop, too long), the table is without it. "refused": no room. */
export type OfferResult = "kept" | "declined" | "refused";

/** For whom a way is looked up. */
export interface Asker {
  readonly hop?: HopId;
  readonly link?: LinkId;
}

interface Entry {
  readonly path: Path;
  /** Ranked; never empty while the entry is in the tree. */
  routes: readonly Route[];
}

/** All routes that this relay knows. See index.ts for what it is and how it chooses. */
export class RouteTable {
  readonly counters: RouteCounters = { declined: 0, refused: 0, turnedAway: 0, changes: 0 };
  readonly #options: RouteTableOptions;
  readonly #maxHops: number;
  readonly #entries = new PathTree<Entry>();
  readonly #audience = new Audience();
  /** The paths that each link brought. */
  readonly #links = new Map<LinkId, Set<Path>>();
  /** Links that are gone and whose routes are still here. */
  readonly #lost = new Set<LinkId>();
  /** Links that have fallen silent. */
  readonly #suspects = new Set<LinkId>();
  /** Changes that have not been told yet: whoever hears of one may cause others, which must come after it for everybody. */
  readonly #untold: Change[] = [];
  #telling = false;
  readonly #room: Room;
  readonly #waiting: Waiting;
  /** Places that have become free and were not given away yet. */
  #free = 0;
  #giving = false;

  constructor(options: RouteTableOptions) {
    this.#options = options;
    this.#room = new Room({ maxRoutes: options.maxRoutes, reserved: options.reserved ?? (() => false) });
    this.#waiting = new Waiting(this.#room);
    this.#maxHops = Math.min(options.maxHops ?? MAX_HOPS, MAX_HOPS);
  }

  /** Routes in the table. */
  get size(): number {
    return this.#room.size;
  }

  /** Links some of whose routes found no room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get listeners(): number {
    return this.#audience.listeners;
  }

  get watchers(): number {
    return this.#audience.watchers;
  }

  /** Whether anything comes by this link. */
  offers(link: LinkId): boolean {
    return this.#links.has(link);
  }

  /**
   * A link has a route, or has it in another form than before (START or RESTART).
   *
   * @param now milliseconds since 1970: the incarnation of a publisher whose neighbour does not tell it. It is kept for as
   *   long as the path has a route of that publisher.
   */
  offer(input: RouteInput, now: number): OfferResult {
    const { path, offer, link } = input;
    if (offer.hops.includes(this.#options.hop) || offer.hops.length > this.#maxHops) {
      this.counters.declined += 1;
      this.withdraw(path, link);
      return "declined";
    }
    const before = this.#entries.get(path)?.routes ?? [];
    const route = this.#route(input, before, now);
    const replaces = (other: Route): boolean => other.link === link || confirms(route, other);
    const kind = this.#room.kindOf(route);
    const hasPlace = before.some((other) => replaces(other) && this.#room.kindOf(other) === kind);
    if (!hasPlace && !this.#room.admits(input)) {
      this.counters.refused += 1;
      return "refused";
    }
    this.#pathSetOf(link).add(path);
    this.#replace(path, [...before.filter((other) => !replaces(other)), route]);
    return "kept";
  }

  /** Some routes of a link were refused: calls `retry` when there is room for one, until it has none left or the link is lost. */
  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  /** A link no longer has a route (END). False when it had none. */
  withdraw(path: Path, link: LinkId): boolean {
    const entry = this.#entries.get(path);
    if (!entry?.routes.some((route) => route.link === link)) return false;
    this.#replace(
      path,
      entry.routes.filter((route) => route.link !== link),
    );
    return true;
  }

  /**
   * The neighbour says END. If the publisher entered there, it is gone, and so is every way to it that leads through there: else
   * relays that tell each other everything would try each longer way in turn before they said END themselves.
   */
  ended(path: Path, link: LinkId): void {
    const routes = this.#entries.get(path)?.routes ?? [];
    const own = routes.find((route) => route.link === link);
    if (own && isEntry(own))
      this.#replace(
        path,
        routes.filter((route) => !comesThrough(route, own)),
      );
    else this.withdraw(path, link);
  }

  /** The links by which routes of just this path have come. */
  linksOf(path: Path): LinkId[] {
    return (this.#entries.get(path)?.routes ?? []).map(({ link }) => link);
  }

  /** The paths of the routes that have come by a link. */
  pathsOf(link: LinkId): Path[] {
    return [...(this.#links.get(link) ?? [])];
  }

  /**
   * A link is gone. Its routes go too, or stay as stale: still listed, but no longer candidates; a live route of the same
   * publisher replaces them, `dropStale` ends them.
   */
  linkLost(link: LinkId, { keepStale }: { readonly keepStale: boolean | ((path: Path) => boolean) }): void {
    const keeps = typeof keepStale === "boolean" ? () => keepStale : keepStale;
    const paths = this.pathsOf(link);
    this.#suspects.delete(link);
    this.#waiting.delete(link);
    if (paths.some(keeps)) this.#lost.add(link);
    for (const path of paths) {
      const routes = this.#entries.get(path)?.routes ?? [];
      const others = routes.filter((route) => route.link !== link);
      const own = routes.find((route) => route.link === link);
      if (own === undefined || !keeps(path)) this.#replace(path, others);
      else this.#replace(path, withStale(others, { ...own, stale: true }));
    }
  }

  /** The word of a link no longer counts for this path: its route stays as stale, as if the link were gone. */
  doubt(path: Path, link: LinkId): void {
    const routes = this.#entries.get(path)?.routes ?? [];
    const own = routes.find((route) => route.link === link);
    if (own === undefined) return;
    this.#lost.add(link);
    const others = routes.filter((route) => route !== own);
    this.#replace(path, withStale(others, { ...own, stale: true }));
  }

  /**
   * A link has fallen silent, or is heard again. What comes by it is kept, but any other way to the same publisher goes first;
   * see `suspected`.
   */
  suspect(link: LinkId, silent: boolean): void {
    if (silent === this.#suspects.has(link)) return;
    if (silent) this.#suspects.add(link);
    else this.#suspects.delete(link);
    for (const path of [...(this.#links.get(link) ?? [])]) {
      const routes = this.#entries.get(path)?.routes ?? [];
      this.#replace(
        path,
        routes.map((route) => (route.link === link ? (silent ? suspected(route) : trusted(route)) : route)),
      );
    }
    this.#options.onSuspect?.(link);
  }

  isSuspect(link: LinkId): boolean {
    return this.#suspects.has(link);
  }

  /** Drops stale routes, of one link or those that a test picks, at or below `under`. Gives their number. */
  dropStale(which: LinkId | ((route: Route) => boolean), under: Path = ""): number {
    if (this.#lost.size === 0) return 0;
    const picked = typeof which === "number" ? (route: Route) => route.link === which : which;
    const paths = under === "" ? this.#stalePaths(which) : this.#entries.below(under).map((entry) => entry.path);
    let dropped = 0;
    for (const path of paths) {
      const routes = this.#entries.get(path)?.routes ?? [];
      const rest = routes.filter((route) => !(route.stale && picked(route)));
      if (rest.length === routes.length) continue;
      dropped += routes.length - rest.length;
      this.#replace(path, rest);
    }
    return dropped;
  }

  /**
   * The ways to one publisher of `path`, best first, without those that lead back to the asker. Empty when none is usable.
   * The longest announced path that has a live way decides, whether or not the asker may be shown one.
   */
  candidates(path: Path, asker: Asker = {}): readonly Route[] {
    const covering = this.#covering(path);
    for (let i = covering.length - 1; i >= 0; i--) {
      const live = covering[i]!.filter((route) => !route.stale);
      if (live.length === 0) continue;
      const { publisher } = live[0]!;
      return live.filter(
        (route) => route.publisher === publisher && !leadsBack(route, asker.hop ?? NO_HOP, asker.link),
      );
    }
    return [];
  }

  /** The publisher of `path` that a link leads to now; undefined when it leads to none, or is lost. */
  publisherBy(link: LinkId, path: Path): HopId | undefined {
    const own = this.#covering(path).map((routes) => routes.find((route) => route.link === link && !route.stale));
    return own.findLast((route) => route !== undefined)?.publisher;
  }

  /** Whether a lost link had a way to `path` that is neither confirmed nor denied yet. */
  hasStale(path: Path): boolean {
    return this.#lost.size > 0 && this.#covering(path).some((routes) => routes.some((route) => route.stale));
  }

  /** Which way to `path` is taken and why not the others, for people; the longest announced path first. */
  explain(path: Path): ExplainedWay[] {
    return explain(path, this.#covering(path).reverse());
  }

  /** All routes at or below `prefix`, for people to look at. */
  routes(prefix: Path = ""): Route[] {
    return this.#entries.below(prefix).flatMap((entry) => entry.routes);
  }

  /**
   * Tells `sink` what lies at and below `prefix`, now and from now on, until the result is called. Undefined when there
   * are too many listeners.
   */
  listen(prefix: Path, view: View, sink: RouteSink): (() => void) | undefined {
    // Turned away, a member would take this node for one that has nothing.
    const room = this.#options.maxListeners * (view.member ? 2 : 1);
    if (this.#audience.listeners >= room) {
      this.counters.turnedAway += 1;
      return undefined;
    }
    const listener = new Listener(prefix, view, sink, this.#maxHops - 1, this.counters.changes);
    this.#audience.addListener(listener);
    const entries = this.#entries.below(prefix).filter((entry) => entry.path !== prefix);
    listener.begin(
      this.#covering(prefix),
      entries.map(({ path, routes }) => ({ suffix: below(prefix, path)!, routes })),
    );
    return () => this.#audience.removeListener(listener);
  }

  /**
   * Calls `changed` after each change of the routes that cover `path`, until the result is called. Undefined when there
   * are too many watchers.
   */
  watch(path: Path, changed: () => void): (() => void) | undefined {
    if (this.#audience.watchers >= this.#options.maxListeners) {
      this.counters.turnedAway += 1;
      return undefined;
    }
    const watcher: Watcher = { path, changed, closed: false };
    this.#audience.addWatcher(watcher);
    return () => this.#audience.removeWatcher(watcher);
  }

  #route(input: RouteInput, before: readonly Route[], now: number): Route {
    const { path, offer, link, scope } = input;
    const publisher = offer.hops[0] ?? this.#options.hop;
    const known = before.find((route) => route.publisher === publisher);
    const incarnation = offer.incarnation ?? known?.offer.incarnation ?? now;
    const { hops, warm, cold } = damped(input);
    const { exact = true, losses = 0 } = input;
    const state = { stale: false, suspect: false, losses };
    const route = { path, offer: { hops, warm, cold, incarnation }, publisher, link, scope, exact, ...state };
    return this.#suspects.has(link) ? suspected(route) : route;
  }

  /** Gives a path other routes, and tells those who care. */
  #replace(path: Path, routes: readonly Route[]): void {
    const entry = this.#entries.get(path);
    const before = entry?.routes ?? [];
    const after = rank(routes);
    this.#room.replaced(before, after);
    this.#free += Math.max(0, before.length - after.length);
    if (after.length === 0) this.#entries.delete(path);
    else if (entry === undefined) this.#entries.set(path, { path, routes: after });
    else entry.routes = after;
    for (const { link } of before) if (!after.some((route) => route.link === link)) this.#forgetPath(link, path);
    this.counters.changes += 1;
    this.#untold.push({ path, before, after, number: this.counters.changes });
    this.#tell();
    this.#giveAway();
  }

  /** Lets those who wait have what has become free, after everybody has been told of it. */
  #giveAway(): void {
    if (this.#telling || this.#giving) return;
    this.#giving = true;
    try {
      for (; this.#free > 0; this.#free -= 1) if (!this.#waiting.next()) this.#free = 1;
    } finally {
      this.#giving = false;
    }
  }

  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let change = this.#untold.shift(); change !== undefined; change = this.#untold.shift()) {
        this.#audience.tell(change, (path) => this.#covering(path));
        this.#options.onChange?.(change.path);
      }
    } finally {
      this.#telling = false;
    }
  }

  #covering(path: Path): (readonly Route[])[] {
    return this.#entries.covering(path).map((entry) => entry.routes);
  }

  #pathSetOf(link: LinkId): Set<Path> {
    let paths = this.#links.get(link);
    if (paths === undefined) {
      paths = new Set();
      this.#links.set(link, paths);
    }
    return paths;
  }

  #forgetPath(link: LinkId, path: Path): void {
    const paths = this.#links.get(link);
    paths?.delete(path);
    if (paths?.size !== 0) return;
    this.#links.delete(link);
    this.#lost.delete(link);
  }

  #stalePaths(which: LinkId | ((route: Route) => boolean)): Path[] {
    const links = typeof which === "number" ? [which] : [...this.#lost];
    return links.filter((link) => this.#lost.has(link)).flatMap((link) => [...(this.#links.get(link) ?? [])]);
  }
}

/** A stale route, unless somebody has already told of a live one to the same publisher. */
function withStale(others: readonly Route[], stale: Route): readonly Route[] {
  return others.some((other) => confirms(other, stale)) ? others : [...others, stale];
}

/** Whether a route is fresh news of what a stale one told. One that only covers the path says nothing of its name. */
function confirms(fresh: Route, stale: Route): boolean {
  return stale.stale && !fresh.stale && fresh.publisher === stale.publisher && (fresh.exact || !stale.exact);
}

/** The neighbour that this route came from has it from the publisher itself. */
function isEntry({ offer: { hops }, scope }: Route): boolean {
  return scope === "local" && hops.length > 1 && hops.slice(1, -1).every((hop) => hop === NO_HOP);
}

/** It is this route, or an announcement of the same that others passed on. */
function comesThrough({ offer }: Route, entry: Route): boolean {
  return offer.incarnation <= entry.offer.incarnation && entry.offer.hops.every((hop, i) => hop === offer.hops[i]);
}
