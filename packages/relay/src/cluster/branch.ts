import type { HopId, Path, RouteOffer } from "@moq-relay/protocol/model";
import type { Announcer } from "@moq-relay/protocol/session";
import { type ListedRoute, sameOffer } from "../routing/index.ts";
import type { MemberLink } from "./links.ts";

/**
 * The answer to one relay that asks this one for a path. Of the path itself it is told what the tree says (`tell`), unless
 * this node does a root's work for it; what lies below the path passes as it comes.
 */
export class Branch implements Announcer {
  readonly link: MemberLink;
  /** It has one of the places. */
  fed = false;
  /** Whom it was sent to last. */
  named: readonly HopId[] = [];
  readonly #announcer: Announcer;
  readonly #acting: () => boolean;
  readonly #changed: () => void;
  /** What a root would tell of the path. */
  #known: RouteOffer | undefined;
  #told: RouteOffer | undefined;
  #begun = false;

  /**
   * @param acting whether the other end takes this node for a root now.
   * @param changed calls `tell`.
   */
  constructor(link: MemberLink, announcer: Announcer, acting: () => boolean, changed: () => void) {
    this.link = link;
    this.#announcer = announcer;
    this.#acting = acting;
    this.#changed = changed;
  }

  /** It is told what roots tell, and needs no place. */
  get apart(): boolean {
    return this.#acting();
  }

  begin(routes: readonly ListedRoute[]): void {
    this.#known = routes.find(({ suffix }) => suffix === "")?.offer;
    this.#changed();
    this.#begun = true;
    const below = routes.filter(({ suffix }) => suffix !== "");
    const own = this.#told === undefined ? [] : [{ suffix: "", offer: this.#told }];
    this.#announcer.begin([...own, ...below]);
  }

  start(suffix: Path, offer: RouteOffer): void {
    if (suffix === "") this.#know(offer);
    else this.#announcer.start(suffix, offer);
  }

  restart(suffix: Path, offer: RouteOffer): void {
    if (suffix === "") this.#know(offer);
    else this.#announcer.restart(suffix, offer);
  }

  end(suffix: Path): void {
    if (suffix === "") this.#know(undefined);
    else this.#announcer.end(suffix);
  }

  /** What it is to know of the path from now on; undefined: there is no way. */
  tell(offer: RouteOffer | undefined): void {
    const next = this.#acting() ? this.#known : offer;
    const before = this.#told;
    this.#told = next;
    if (!this.#begun) return;
    if (!before) return next && this.#announcer.start("", next);
    if (!next) return this.#announcer.end("");
    if (!sameOffer(before, next)) this.#announcer.restart("", next);
  }

  #know(offer: RouteOffer | undefined): void {
    this.#known = offer;
    this.#changed();
  }
}
