import type { Clock, HopId, Path, RouteOffer } from "@moq-relay/protocol/model";
import type { Announcer, Cancel } from "@moq-relay/protocol/session";
import type { LinkId, RouteTable } from "../routing/index.ts";
import type { ClusterCounters } from "./counters.ts";
import { DirectQuestions } from "./direct.ts";
import { Feeding } from "./feeding.ts";
import type { Links, MemberLink } from "./links.ts";
import { isInternal } from "./names.ts";
import { namedBy } from "./redirect.ts";
import { Redirects } from "./redirects.ts";

export interface TreesOptions {
  readonly table: RouteTable;
  readonly clock: Clock;
  readonly links: Links;
  readonly counters: ClusterCounters;
  readonly own: HopId;
  /** Relays that are fed with one broadcast at most. */
  readonly maxLinks: number;
  /** Others are to be asked than before. */
  readonly onChange: () => void;
}

/** A node to be asked for a broadcast that is carried here. */
export interface Demand {
  readonly path: Path;
  readonly entry: HopId;
}

/** This node's part in the trees by which broadcasts are distributed: whom it feeds, and whom it asks to be fed. */
export class Trees {
  readonly #feeding: Feeding;
  readonly #redirects: Redirects;
  readonly #direct: DirectQuestions;

  constructor(options: TreesOptions) {
    const { links, clock } = options;
    this.#redirects = new Redirects(options);
    this.#feeding = new Feeding({ ...options, hasPlace: (link, path) => this.#redirects.hasPlace(link, path) });
    this.#direct = new DirectQuestions(links, clock, (link, path, named) => {
      this.#redirects.place(link.id, path, named);
      this.#feeding.look();
    });
  }

  /** Relays that have a place below this one, one for each broadcast. */
  get feeds(): number {
    return this.#feeding.size;
  }

  /** Paths asked of nodes directly. */
  get questions(): number {
    return this.#direct.size;
  }

  /**
   * Puts the tree before the answer to a node that asks for `path`; nothing where no tree is possible.
   * @param acting whether the other end takes this node for a root now.
   */
  join(link: MemberLink, path: Path, told: Announcer, acting: () => boolean): { told: Announcer; leave: Cancel } {
    if (link.kind !== "node" || isInternal(path)) return { told, leave: () => {} };
    const { branch, leave } = this.#feeding.join(path, link, told, acting);
    return { told: branch, leave };
  }

  /** Answers a node that asks for a place in the tree of `path`, and for nothing else. */
  place(link: MemberLink, path: Path, told: Announcer): Cancel {
    const { branch, leave } = this.#feeding.join(path, link, told, () => false);
    branch.begin([]);
    return leave;
  }

  /** What was asked directly is answered, or (undefined) withdrawn. True: the offer is no way, but names others to ask. */
  learned(link: MemberLink, path: Path, offer: RouteOffer | undefined): boolean {
    if (link.kind !== "node" || isInternal(path)) return false;
    const named = offer && namedBy(offer);
    // Who stands in for a root is asked for a place apart.
    if (!link.standsIn) this.#redirects.set(link.id, path, named);
    return named !== undefined;
  }

  /** All that are to be asked: where a broadcast entered, and whom the answers name. */
  demands(carried: readonly Demand[]): Demand[] {
    return carried.flatMap(({ path, entry }) =>
      this.#redirects.chain(path, entry).map((hop) => ({ path, entry: hop })),
    );
  }

  /** Exactly these questions are to stand from now on. */
  ask(questions: readonly { readonly link: LinkId; readonly path: Path }[]): void {
    this.#direct.ask(questions);
    this.#redirects.keep(questions);
  }

  /** The link is gone, and its questions with it. */
  lost(link: MemberLink): void {
    this.#direct.lost(link);
  }

  /** The role of this node may have changed. */
  look(): void {
    this.#feeding.look();
  }
}
