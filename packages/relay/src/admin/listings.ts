import type { Limits } from "../limits.ts";
import { text } from "./fetch.ts";
import type { RelayView } from "./view.ts";

/**
 * Answers `/announced[/<prefix>]`: one name a line, relative to the prefix. `moq-stale: true` says that the cluster could not be
 * asked, so that these are the names known here; `moq-truncated: true` that there are more than the cap.
 */
export class Listings {
  readonly #view: Pick<RelayView, "announced">;
  readonly #limits: Pick<Limits, "httpListings" | "httpAnnounced">;
  #active = 0;

  constructor(view: Pick<RelayView, "announced">, limits: Pick<Limits, "httpListings" | "httpAnnounced">) {
    this.#view = view;
    this.#limits = limits;
  }

  async answer(prefix: string): Promise<Response> {
    if (this.#active >= this.#limits.httpListings) return text(503, "too many listings under way");
    this.#active += 1;
    try {
      const listing = await this.#view.announced(prefix);
      if (listing === "forbidden") return text(403, "not open to all");
      return this.#page(listing.names, listing.complete);
    } finally {
      this.#active -= 1;
    }
  }

  #page(names: Iterable<string>, complete: boolean): Response {
    const headers = new Headers({ "content-type": "text/plain; charset=utf-8" });
    if (!complete) headers.set("moq-stale", "true");
    const lines: string[] = [];
    for (const name of names) {
      if (lines.length === this.#limits.httpAnnounced) {
        headers.set("moq-truncated", "true");
        break;
      }
      lines.push(`${name}\n`);
    }
    return new Response(lines.join(""), { headers });
  }
}
