import type { Clock, HopId, Path, RouteOffer } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { LinkId } from "../routing/index.ts";
import type { Links, MemberLink } from "./links.ts";
import { placeName } from "./names.ts";
import { namedBy } from "./redirect.ts";

/** What a root, or who stands in for one, says of a place with it: it has one for us (nobody is named), or names others. */
export type OnPlace = (link: MemberLink, path: Path, named: readonly HopId[] | undefined) => void;

/** Questions put to the very nodes where broadcasts entered, so that the table learns of the direct way. */
export class DirectQuestions {
  readonly #links: Links;
  readonly #clock: Clock;
  readonly #onPlace: OnPlace;
  /** By link and path. */
  readonly #standing = new Map<string, { readonly link: MemberLink; readonly cancel: Cancel }>();

  constructor(links: Links, clock: Clock, onPlace: OnPlace) {
    this.#links = links;
    this.#clock = clock;
    this.#onPlace = onPlace;
  }

  get size(): number {
    return this.#standing.size;
  }

  /** Exactly these are to stand from now on. */
  ask(wanted: readonly { readonly link: LinkId; readonly path: Path }[]): void {
    const keys = new Set<string>();
    for (const { link: id, path } of wanted) {
      const link = this.#links.get(id);
      if (!link) continue;
      const asRoot = link.kind === "root" || link.standsIn;
      const key = `${id} ${asRoot} ${path}`;
      keys.add(key);
      if (this.#standing.has(key)) continue;
      link.begin();
      const cancel = link.learner.listen(path);
      const leave = asRoot ? this.#askForPlace(link, path) : () => {};
      this.#standing.set(key, {
        link,
        cancel: () => {
          leave();
          cancel();
        },
      });
    }
    for (const [key, { link, cancel }] of [...this.#standing]) {
      if (keys.has(key)) continue;
      this.#standing.delete(key);
      cancel();
      link.end(this.#clock.now());
    }
  }

  /** Of the path a root tells everybody, so it is asked for a place apart. One that knows no trees tells nothing: come. */
  #askForPlace(link: MemberLink, path: Path): Cancel {
    let named: readonly HopId[] | undefined;
    let complete = false;
    const told = (suffix: Path, offer: RouteOffer): void => {
      if (suffix !== "") return;
      named = namedBy(offer);
      if (complete) this.#onPlace(link, path, named);
    };
    return link.session.listen(placeName(path), {
      onStart: told,
      onRestart: told,
      onEnd: () => {},
      onComplete: () => {
        complete = true;
        this.#onPlace(link, path, named);
      },
      onClosed: () => {},
    });
  }

  /** The link is gone, and its questions with it. */
  lost(link: MemberLink): void {
    for (const [key, { link: over }] of [...this.#standing]) if (over === link) this.#standing.delete(key);
  }
}
