import type { HopId, Path, RouteOffer } from "@moq-relay/protocol/model";
import type { Announcer, Cancel } from "@moq-relay/protocol/session";
import { type LinkId, leadsBack, type Route, type RouteTable, type View } from "../routing/index.ts";
import { Branch } from "./branch.ts";
import type { ClusterCounters } from "./counters.ts";
import { enteredAtNeighbour } from "./entry.ts";
import type { MemberLink } from "./links.ts";
import { fed, isTransit, MAX_NAMED, redirectTo } from "./redirect.ts";
import { rendezvous } from "./rendezvous.ts";

export interface FeedingOptions {
  readonly table: RouteTable;
  readonly counters: ClusterCounters;
  /** Relays that are fed with one broadcast at most. */
  readonly maxLinks: number;
  /** Whether a root has a place for this node in the tree of a path that entered there. */
  readonly hasPlace: (link: LinkId, path: Path) => boolean;
}

/** Whom this node feeds with what, and whom it sends on to those: its part in the trees by which broadcasts are distributed. */
export class Feeding {
  readonly #options: FeedingOptions;
  readonly #places = new Map<Path, Places>();

  constructor(options: FeedingOptions) {
    this.#options = options;
  }

  /** Relays that have a place here, one for each broadcast. */
  get size(): number {
    let sum = 0;
    for (const places of this.#places.values()) sum += places.taken;
    return sum;
  }

  /**
   * Puts the tree before the answer to one relay, until `leave`.
   * @param acting whether the other end takes this node for a root now.
   */
  join(path: Path, link: MemberLink, told: Announcer, acting: () => boolean): { branch: Branch; leave: Cancel } {
    let places = this.#places.get(path);
    if (!places) {
      places = new Places(path, this.#options);
      this.#places.set(path, places);
    }
    const joined = places;
    const branch: Branch = new Branch(link, told, acting, () => joined.look([branch]));
    joined.add(branch);
    const leave = (): void => {
      if (joined.remove(branch) > 0) return;
      if (this.#places.get(path) === joined) this.#places.delete(path);
    };
    return { branch, leave };
  }

  /** The role of this node, or its place in a tree, may have changed. */
  look(): void {
    for (const places of [...this.#places.values()]) places.look();
  }
}

/** Those who have asked for one path, in the order in which they came; the first have the places. */
class Places {
  readonly #path: Path;
  readonly #options: FeedingOptions;
  readonly #branches = new Set<Branch>();
  #stop: Cancel | undefined;

  constructor(path: Path, options: FeedingOptions) {
    this.#path = path;
    this.#options = options;
    const look = (): void => this.look();
    this.#stop = options.table.listen(path, ALL, { begin: () => {}, start: look, restart: look, end: look });
  }

  /** Relays that have a place; one that has come back by another link has it still. */
  get taken(): number {
    return this.#fed().size;
  }

  add(branch: Branch): void {
    this.#branches.add(branch);
  }

  /** Gives how many are left. */
  remove(branch: Branch): number {
    this.#branches.delete(branch);
    if (this.#branches.size === 0) this.#stop?.();
    else if (branch.fed) this.look();
    return this.#branches.size;
  }

  /** Gives away the places that are free, and tells everybody (or only these) what to know. */
  look(which: Iterable<Branch> = this.#branches): void {
    const branches = [...which];
    const [way] = this.#options.table.candidates(this.#path);
    const open = way !== undefined && this.#isSound(way);
    const taken = this.#fed();
    for (const branch of branches) {
      if (branch.apart) branch.fed = false;
      else if (open && !branch.fed && (taken.size < this.#options.maxLinks || taken.has(branch.link.hop))) {
        branch.fed = true;
        taken.add(branch.link.hop);
      }
    }
    for (const branch of branches) branch.tell(way && this.#offer(way, branch, open, taken));
  }

  #offer(way: Route, branch: Branch, open: boolean, taken: ReadonlySet<HopId>): RouteOffer | undefined {
    if (leadsBack(way, branch.link.hop, branch.link.id)) return undefined;
    if (branch.fed) return fed(way.offer, !open && way.scope === "member");
    if (!open) return undefined;
    if (branch.named.length === 0) this.#options.counters.feedsRefused += 1;
    // Who is on his way need not hear of it when others came and went.
    if (branch.named.length === 0 || !branch.named.every((hop) => taken.has(hop))) {
      const key = branch.link.hop.toString(16);
      branch.named = rendezvous(key, [...taken], (hop) => hop.toString(16)).slice(0, MAX_NAMED);
    }
    return redirectTo(way.offer, branch.named);
  }

  /**
   * Whether others may be put below this way: it comes from the tree, or begins here. One who has lost his place, and has his data
   * through a root meanwhile, keeps those below him but takes nobody: else two might come to feed each other.
   */
  #isSound(way: Route): boolean {
    const { scope, suspect, offer, link } = way;
    if (scope === "local") return true;
    if (suspect) return false;
    if (scope === "direct") return !isTransit(offer);
    return enteredAtNeighbour(way) && this.#options.hasPlace(link, this.#path);
  }

  #fed(): Set<HopId> {
    const hops = new Set<HopId>();
    for (const { fed: has, link } of this.#branches) if (has) hops.add(link.hop);
    return hops;
  }
}

const ALL: View = { hop: 0n, link: -1, scope: "all", hidden: true, member: true };
