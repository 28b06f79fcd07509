import { isHidden, joinPath, type Path, type RouteOffer } from "@moq-relay/protocol/model";
import { type Route, sameOffer } from "./route.ts";
import { inScope, pick, type View } from "./view.ts";

/** A route as it is told: `suffix` is relative to the listener's prefix, "" for the prefix itself. */
export interface ListedRoute {
  readonly suffix: Path;
  readonly offer: RouteOffer;
}

/**
 * Hears what lies below a prefix. There is at most one live route per suffix, and every change of way, price or publisher
 * is a `restart`. Hops come without our own id: the session adds it on the wire.
 */
export interface RouteSink {
  /** All that there is now. Once, first, from within `listen`. */
  begin(routes: readonly ListedRoute[]): void;
  start(suffix: Path, offer: RouteOffer): void;
  restart(suffix: Path, offer: RouteOffer): void;
  end(suffix: Path): void;
}

/**
 * Tells one sink the differences. What a path showed before a change follows from the routes that it had, so nothing is
 * remembered per path; only for the prefix itself, which several paths may cover.
 */
export class Listener {
  readonly prefix: Path;
  /** The last change of the table that `begin` already contained. */
  readonly since: number;
  readonly #view: View;
  readonly #sink: RouteSink;
  readonly #room: number;
  #cover: Route | undefined;
  #closed = false;

  /** @param room hops that a chain may have, so that our own still fits in. */
  constructor(prefix: Path, view: View, sink: RouteSink, room: number, since: number) {
    this.prefix = prefix;
    this.since = since;
    this.#view = view;
    this.#sink = sink;
    this.#room = room;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * @param covering ranked routes of the prefix and the paths above it, the shortest path first.
   * @param below the paths strictly below the prefix with their ranked routes.
   */
  begin(covering: readonly (readonly Route[])[], below: Iterable<{ suffix: Path; routes: readonly Route[] }>): void {
    const listed: ListedRoute[] = [];
    this.#cover = this.#longest(covering);
    if (this.#cover !== undefined) listed.push({ suffix: "", offer: this.#cover.offer });
    for (const { suffix, routes } of below) {
      const route = this.#listed(suffix, routes);
      if (route !== undefined) listed.push({ suffix, offer: route.offer });
    }
    this.#sink.begin(listed);
  }

  /** The routes of a path strictly below the prefix have changed. */
  changed(suffix: Path, before: readonly Route[], after: readonly Route[]): void {
    this.#tell(suffix, this.#listed(suffix, before), this.#listed(suffix, after));
  }

  /** Routes of the prefix or of a path above it have changed. */
  coverChanged(covering: readonly (readonly Route[])[]): void {
    const before = this.#cover;
    this.#cover = this.#longest(covering);
    this.#tell("", before, this.#cover);
  }

  #tell(suffix: Path, before: Route | undefined, after: Route | undefined): void {
    if (this.#closed) return;
    if (before === undefined) {
      if (after !== undefined) this.#sink.start(suffix, after.offer);
    } else if (after === undefined) {
      this.#sink.end(suffix);
    } else if (!sameOffer(before.offer, after.offer)) {
      this.#sink.restart(suffix, after.offer);
    }
  }

  #listed(suffix: Path, routes: readonly Route[]): Route | undefined {
    if (!this.#view.hidden && isHidden(suffix)) return undefined;
    const route = pick(routes, this.#view, true, this.#room);
    return route !== undefined && this.#allows(joinPath(this.prefix, suffix)) ? route : undefined;
  }

  /**
   * The longest path decides, even when its route cannot be shown: whoever announces `a/b` must not be told that the publisher
   * of `a` has it.
   */
  #longest(covering: readonly (readonly Route[])[]): Route | undefined {
    const routes = covering.findLast((ranked) => inScope(ranked, this.#view).length > 0);
    if (routes === undefined || !this.#allows(this.prefix)) return undefined;
    return pick(routes, this.#view, false, this.#room);
  }

  #allows(path: Path): boolean {
    return this.#view.allows?.(path) ?? true;
  }
}
