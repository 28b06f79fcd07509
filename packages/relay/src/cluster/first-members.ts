import type { Clock, HopId, Path, RouteOffer, Timer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { ListedRoute, RouteSink, RouteTable, View } from "../routing/index.ts";
import { standInOrder } from "./front.ts";
import { addressIn, ORIGINS } from "./names.ts";

export interface FirstMembersOptions {
  readonly clock: Clock;
  readonly table: RouteTable;
  /** Addresses of the roots: they do not stand in for themselves. */
  readonly roots: readonly string[];
}

interface ToldNode {
  readonly hop: HopId;
  readonly sink: RouteSink;
  readonly acts: () => boolean;
  told: boolean;
}

/**
 * Tells nodes who stands in for the roots when they are away: of all members the first in that order, and somewhat more than can
 * be out of reach at once. To tell everybody of everybody would cost a thousand nodes a million names at each start.
 */
export class FirstMembers {
  readonly #options: FirstMembersOptions;
  /** By their names below `ORIGINS`. */
  readonly #members = new Map<Path, { readonly address: string; readonly offer: RouteOffer }>();
  readonly #listeners = new Set<ToldNode>();
  /** What all have been told. */
  #first: ReadonlySet<Path> = new Set();
  #telling: Timer | undefined;
  #unlisten: Cancel | undefined;

  constructor(options: FirstMembersOptions) {
    this.#options = options;
  }

  /**
   * Tells the node `hop` which they are, but not of itself, now and from now on, until the result is called.
   *
   * @param acts whether this node is a root to that one now; `retell` when that has changed.
   */
  tell(hop: HopId, sink: RouteSink, acts: () => boolean): Cancel {
    if (!this.#unlisten) this.#follow();
    const node = { hop, sink, acts, told: acts() };
    sink.begin(node.told ? this.#toldTo(node) : []);
    this.#listeners.add(node);
    return () => {
      this.#listeners.delete(node);
      if (this.#listeners.size > 0) return;
      this.#unlisten?.();
      this.#unlisten = undefined;
      this.#telling?.cancel();
      this.#telling = undefined;
      this.#members.clear();
      this.#first = new Set();
    };
  }

  /** This node has become as a root to some, or is no longer. */
  retell(): void {
    for (const node of [...this.#listeners]) {
      if (node.told === node.acts()) continue;
      node.told = !node.told;
      for (const { suffix, offer } of this.#toldTo(node)) {
        if (node.told) node.sink.start(suffix, offer);
        else node.sink.end(suffix);
      }
    }
  }

  #toldTo({ hop }: ToldNode): ListedRoute[] {
    const all = [...this.#first].map((suffix) => ({ suffix, offer: this.#members.get(suffix)!.offer }));
    return all.filter(({ offer }) => !offer.hops.includes(hop));
  }

  #follow(): void {
    this.#unlisten = this.#options.table.listen(ORIGINS, EVERYBODY, {
      begin: (routes) => {
        for (const { suffix, offer } of routes) this.#add(suffix, offer);
        this.#choose();
      },
      start: (suffix, offer) => this.#add(suffix, offer),
      restart: (suffix, offer) => {
        this.#add(suffix, offer);
        if (this.#first.has(suffix)) this.#each(offer, (sink) => sink.restart(suffix, offer));
      },
      end: (suffix) => {
        const gone = this.#members.get(suffix);
        this.#members.delete(suffix);
        if (!gone || !this.#first.has(suffix)) return;
        this.#first = new Set([...this.#first].filter((other) => other !== suffix));
        this.#each(gone.offer, (sink) => sink.end(suffix));
        this.#chooseLater();
      },
    });
  }

  #add(suffix: Path, offer: RouteOffer): void {
    const address = addressIn(suffix);
    if (address === undefined || this.#options.roots.includes(address)) return;
    this.#members.set(suffix, { address, offer });
    if (!this.#first.has(suffix)) this.#chooseLater();
  }

  /** When many come at once (a root has started) the first of those who have come so far change with each. */
  #chooseLater(): void {
    this.#telling ??= this.#options.clock.after(CALM, () => this.#choose());
  }

  #choose(): void {
    this.#telling?.cancel();
    this.#telling = undefined;
    const byAddress = new Map([...this.#members].map(([suffix, { address }]) => [address, suffix]));
    const first = standInOrder(byAddress.keys()).slice(0, MOST);
    const before = this.#first;
    this.#first = new Set(first.map((address) => byAddress.get(address)!));
    for (const suffix of before) {
      if (!this.#first.has(suffix)) this.#each(this.#members.get(suffix)!.offer, (sink) => sink.end(suffix));
    }
    for (const suffix of this.#first) {
      const { offer } = this.#members.get(suffix)!;
      if (!before.has(suffix)) this.#each(offer, (sink) => sink.start(suffix, offer));
    }
  }

  #each(offer: RouteOffer, tell: (sink: RouteSink) => void): void {
    for (const { sink, hop, told } of [...this.#listeners]) if (told && !offer.hops.includes(hop)) tell(sink);
  }
}

/** Three stand in; sixteen before them may be out of reach (`front`), and as many again may be about to be forgotten. */
const MOST = 32;

/** Milliseconds from the first change until all hear of those that followed: nobody waits for it. */
const CALM = 500;

const EVERYBODY: View = { hop: 0n, link: -1, scope: "all", hidden: true, member: true };
