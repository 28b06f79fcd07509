import type { Clock, Path } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { LinkId } from "../routing/index.ts";
import type { Links, MemberLink } from "./links.ts";

/** Questions put to the very nodes where broadcasts entered, so that the table learns of the direct way. */
export class DirectQuestions {
  readonly #links: Links;
  readonly #clock: Clock;
  /** By link and path. */
  readonly #standing = new Map<string, { readonly link: MemberLink; readonly cancel: Cancel }>();

  constructor(links: Links, clock: Clock) {
    this.#links = links;
    this.#clock = clock;
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
      const key = `${id} ${path}`;
      keys.add(key);
      if (this.#standing.has(key)) continue;
      link.begin();
      this.#standing.set(key, { link, cancel: link.learner.listen(path) });
    }
    for (const [key, { link, cancel }] of [...this.#standing]) {
      if (keys.has(key)) continue;
      this.#standing.delete(key);
      cancel();
      link.end(this.#clock.now());
    }
  }

  /** The link is gone, and its questions with it. */
  lost(link: MemberLink): void {
    for (const [key, { link: over }] of [...this.#standing]) if (over === link) this.#standing.delete(key);
  }
}
