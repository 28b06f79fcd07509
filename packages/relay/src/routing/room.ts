import type { Path } from "@moq-relay/protocol/model";
import { type LinkId, OWN_LINK, type Route, type RouteScope } from "./route.ts";

/** What decides whether a route finds room. */
export interface Place {
  readonly path: Path;
  readonly link: LinkId;
  readonly scope: RouteScope;
  /** The link tells of the whole cluster, and is asked for what is wanted here only: it has no share of its own. */
  readonly whole?: boolean;
}

export interface RoomOptions {
  readonly maxRoutes: number;
  /** Whether a path is one of the cluster's own names. */
  readonly reserved: (path: Path) => boolean;
}

/** What a route counts as. */
type Kind = "own" | "reserved" | "local" | "member";

/**
 * Shares out the room of a table, so that whoever has much to announce does not keep out the others: what enters the cluster
 * here has half of it at most, and a link may have as many routes as there is room left. So one link alone comes to half, two
 * to a third each, and there is always room for a newcomer. The cluster's own names have room of their own, as much again.
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #counts: Record<Kind, number> = { own: 0, reserved: 0, local: 0, member: 0 };
  readonly #byLink = new Map<LinkId, number>();

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Routes in the table. */
  get size(): number {
    const { own, reserved, local, member } = this.#counts;
    return own + reserved + local + member;
  }

  /** Whether one more route fits. */
  admits(place: Place): boolean {
    const { maxRoutes } = this.#options;
    const { reserved, local, member } = this.#counts;
    const kind = this.kindOf(place);
    if (kind === "own") return true;
    if (kind === "reserved") return reserved < maxRoutes;
    if (kind === "local" && !this.admitsLocal) return false;
    const left = maxRoutes - local - member;
    return left > (place.whole ? 0 : (this.#byLink.get(place.link) ?? 0));
  }

  /** Whether there is room for what enters the cluster here, whichever its link. */
  get admitsLocal(): boolean {
    return this.#counts.local < Math.floor(this.#options.maxRoutes / 2);
  }

  /** The routes of one path are others now. */
  replaced(before: readonly Route[], after: readonly Route[]): void {
    for (const route of before) this.#count(route, -1);
    for (const route of after) this.#count(route, 1);
  }

  kindOf({ link, scope, path }: Place): Kind {
    if (link === OWN_LINK) return "own";
    if (this.#options.reserved(path)) return "reserved";
    return scope === "local" ? "local" : "member";
  }

  #count(route: Route, by: number): void {
    const { link } = route;
    const kind = this.kindOf(route);
    this.#counts[kind] += by;
    if (kind === "own" || kind === "reserved") return;
    const count = (this.#byLink.get(link) ?? 0) + by;
    if (count === 0) this.#byLink.delete(link);
    else this.#byLink.set(link, count);
  }
}
