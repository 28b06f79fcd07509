import type { Path, RouteOffer } from "@moq-relay/protocol/model";
import type { Announcer, Cancel } from "@moq-relay/protocol/session";
import { type ListedRoute, type RouteTable, sameOffer, type View } from "../routing/index.ts";

/** What one listener is told whose view changes with the role of this node: then it hears the differences. */
export class Retelling {
  readonly #table: RouteTable;
  readonly #prefix: Path;
  readonly #announcer: Announcer;
  readonly #view: () => View;
  readonly #told = new Map<Path, RouteOffer>();
  #scope: View["scope"] | undefined;
  #unlisten: Cancel | undefined;

  constructor(table: RouteTable, prefix: Path, announcer: Announcer, view: () => View) {
    this.#table = table;
    this.#prefix = prefix;
    this.#announcer = announcer;
    this.#view = view;
    this.#listen(view());
  }

  /** The role of this node may have changed. */
  retell(): void {
    const view = this.#view();
    if (view.scope !== this.#scope) this.#listen(view);
  }

  stop(): void {
    this.#unlisten?.();
  }

  #listen(view: View): void {
    const first = this.#scope === undefined;
    this.#scope = view.scope;
    this.#unlisten?.();
    this.#unlisten = this.#table.listen(this.#prefix, view, {
      begin: (routes) => (first ? this.#begin(routes) : this.#compare(routes)),
      start: (suffix, offer) => this.#start(suffix, offer),
      restart: (suffix, offer) => this.#restart(suffix, offer),
      end: (suffix) => this.#end(suffix),
    });
    if (!this.#unlisten && first) this.#announcer.begin([]);
  }

  #begin(routes: readonly ListedRoute[]): void {
    for (const { suffix, offer } of routes) this.#told.set(suffix, offer);
    this.#announcer.begin(routes);
  }

  #compare(routes: readonly ListedRoute[]): void {
    const listed = new Map(routes.map(({ suffix, offer }) => [suffix, offer]));
    for (const suffix of [...this.#told.keys()]) if (!listed.has(suffix)) this.#end(suffix);
    for (const [suffix, offer] of listed) {
      const told = this.#told.get(suffix);
      if (told === undefined) this.#start(suffix, offer);
      else if (!sameOffer(told, offer)) this.#restart(suffix, offer);
    }
  }

  #start(suffix: Path, offer: RouteOffer): void {
    this.#told.set(suffix, offer);
    this.#announcer.start(suffix, offer);
  }

  #restart(suffix: Path, offer: RouteOffer): void {
    this.#told.set(suffix, offer);
    this.#announcer.restart(suffix, offer);
  }

  #end(suffix: Path): void {
    this.#told.delete(suffix);
    this.#announcer.end(suffix);
  }
}
