import type { Clock, HopId, Path, Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { LinkId, Route } from "../routing/index.ts";
import { entryOf } from "./entry.ts";
import type { Links } from "./links.ts";
import { isInternal } from "./names.ts";

/** A broadcast that is carried here. */
interface Flow {
  /** The way that it comes by. */
  route: Route;
  readonly timer: Timer;
  /** No longer asks the directory for it; undefined until it has settled. */
  release: Cancel | undefined;
  /** Where it entered the cluster, if that is another node. */
  entry: HopId | undefined;
}

export interface FlowEvents {
  /** It is worth asking the directory for this path, until the result is called. */
  hold(path: Path): Cancel;
  /** Where broadcasts enter the cluster has changed. */
  onEntries(): void;
  /** Other links than before carry something. */
  onCarriers(): void;
}

/** The broadcasts that are carried here, by which links, and from which nodes. */
export class Flows {
  readonly #clock: Clock;
  readonly #links: Links;
  readonly #events: FlowEvents;
  readonly #flows = new Map<Path, Flow>();
  /** How many flows come by each link. */
  readonly #carrying = new Map<LinkId, number>();

  constructor(clock: Clock, links: Links, events: FlowEvents) {
    this.#clock = clock;
    this.#links = links;
    this.#events = events;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** Links that something comes by, and has for a while. */
  get carriers(): Iterable<LinkId> {
    return this.#carrying.keys();
  }

  /** What comes from another node, and from which. */
  get demands(): { readonly path: Path; readonly entry: HopId }[] {
    return [...this.#flows].flatMap(([path, { entry }]) => (entry === undefined ? [] : [{ path, entry }]));
  }

  /** A broadcast is carried over this route from now on; undefined: no more. */
  set(path: Path, route: Route | undefined): void {
    const known = this.#flows.get(path);
    if (known?.release) this.#carry(known.route.link, route?.link);
    if (!route) {
      this.#flows.delete(path);
      known?.timer.cancel();
      known?.release?.();
      if (known?.entry !== undefined) this.#events.onEntries();
      return;
    }
    const flow = known ?? this.#add(path, route);
    flow.route = route;
    if (flow.release) this.#follow(path, flow);
  }

  close(): void {
    for (const path of [...this.#flows.keys()]) this.set(path, undefined);
  }

  /** A flow has moved from one link to another: the links that something comes by are watched. */
  #carry(before: LinkId | undefined, after: LinkId | undefined): void {
    if (before === after) return;
    const uses = (link: LinkId, change: number): boolean => {
      const count = (this.#carrying.get(link) ?? 0) + change;
      if (count === 0) this.#carrying.delete(link);
      else this.#carrying.set(link, count);
      return count === 0 || count === change;
    };
    const ended = before !== undefined && uses(before, -1);
    const begun = after !== undefined && uses(after, 1);
    if (ended || begun) this.#events.onCarriers();
  }

  #add(path: Path, route: Route): Flow {
    const timer = this.#clock.after(SETTLES, () => {
      flow.release = this.#events.hold(path);
      this.#carry(undefined, flow.route.link);
      this.#follow(path, flow);
    });
    const flow: Flow = { route, timer, release: undefined, entry: undefined };
    this.#flows.set(path, flow);
    return flow;
  }

  /** The node where the broadcast enters the cluster is worth a link. */
  #follow(path: Path, flow: Flow): void {
    const entry = isInternal(path) ? undefined : entryOf(flow.route, this.#links.get(flow.route.link));
    if (entry === flow.entry) return;
    flow.entry = entry;
    this.#events.onEntries();
  }
}

/**
 * Milliseconds that a broadcast is carried before the cluster arranges itself for it: the first frame does not wait for that,
 * and a reader that leaves at once costs nobody a question, a link or a watch.
 */
const SETTLES = 100;
