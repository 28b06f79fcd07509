import { joinPath, type Path, type RouteOffer } from "@moq-relay/protocol/model";
import type { ListenEvents } from "@moq-relay/protocol/session";
import type { Grants } from "./grants.ts";
import { canBeTold } from "./names.ts";

/** Where the announcements of one peer go: routes that enter the cluster here. */
export interface RouteSink {
  offer(path: Path, offer: RouteOffer): void;
  withdraw(path: Path): void;
  /** An announcement was not taken: not granted (or too long a name), or one too many. */
  refused(path: Path, why: "forbidden" | "too many"): void;
}

/** Hears what a client, or a relay outside the cluster, has; takes what it may publish. */
export class ClientRoutes implements ListenEvents {
  readonly #grants: Grants;
  readonly #sink: RouteSink;
  readonly #maxOwn: number;
  /** Routes taken, and whether the peer publishes them itself (a relay also passes on those of others). */
  readonly #taken = new Map<Path, boolean>();
  #own = 0;

  /** @param maxOwn broadcasts that the peer may publish itself. */
  constructor(grants: Grants, sink: RouteSink, maxOwn: number) {
    this.#grants = grants;
    this.#sink = sink;
    this.#maxOwn = maxOwn;
  }

  onComplete(): void {}

  onStart(suffix: Path, offer: RouteOffer): void {
    const path = joinPath(this.#grants.root, suffix);
    if (!canBeTold(path) || !this.#grants.mayPublish(path)) return this.#sink.refused(path, "forbidden");
    const own = isOwn(offer);
    if (own && this.#own >= this.#maxOwn) return this.#sink.refused(path, "too many");
    this.#taken.set(path, own);
    if (own) this.#own += 1;
    this.#sink.offer(path, offer);
  }

  onRestart(suffix: Path, offer: RouteOffer): void {
    const path = joinPath(this.#grants.root, suffix);
    if (this.#taken.has(path)) this.#sink.offer(path, offer);
    else this.onStart(suffix, offer);
  }

  onEnd(suffix: Path): void {
    const path = joinPath(this.#grants.root, suffix);
    const own = this.#taken.get(path);
    if (own === undefined) return;
    this.#taken.delete(path);
    if (own) this.#own -= 1;
    this.#sink.withdraw(path);
  }

  onClosed(): void {
    for (const path of this.#taken.keys()) this.#sink.withdraw(path);
    this.#taken.clear();
    this.#own = 0;
  }
}

/** The chain is the peer alone, or the stamp that stands for it. */
function isOwn({ hops }: RouteOffer): boolean {
  return hops.length === 1 || (hops.length === 2 && hops[1] === 0n);
}
