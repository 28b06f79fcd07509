import { below, isHidden, NO_HOP, normalizePath, type Path } from "@moq-relay/protocol/model";
import { MAX_TRACK_NAME } from "@moq-relay/protocol/wire";
import type { Listing, Reading, RelayView } from "../admin/index.ts";
import type { RelayCore } from "../core.ts";
import { type Grants, type PublicAccess, publicGrants } from "../peers/grants.ts";
import { canBeTold, isReserved } from "../peers/names.ts";
import { FetchBudget } from "./fetch-budget.ts";
import { fetchGroup } from "./group-fetch.ts";

export interface PublicViewOptions {
  readonly core: RelayCore;
  readonly access: PublicAccess;
  /** Bytes that may wait for one client of a fetch, and for all of them. */
  readonly maxFetchQueue: number;
  readonly maxFetchBytes: number;
  readonly readings: readonly Reading[];
  fingerprint(): string | undefined;
  unready(): string | undefined;
}

/**
 * What anybody may see of the relay by HTTP: what a client without a credential could see by MoQ. A URL can say names that
 * no message can, with empty segments, too long or too deep: the first are dropped, as on the wire, and the others are
 * nobody's.
 */
export class PublicView implements RelayView {
  readonly readings: readonly Reading[];
  readonly #options: PublicViewOptions;
  readonly #budget: FetchBudget;

  constructor(options: PublicViewOptions) {
    this.#options = options;
    this.#budget = new FetchBudget(options.maxFetchBytes);
    const waiting: Reading = {
      name: "moq_http_fetch_bytes",
      type: "gauge",
      help: "Memory held by answers to /fetch.",
      read: () => this.#budget.bytes,
    };
    this.readings = [...options.readings, waiting];
  }

  fingerprint(): string | undefined {
    return this.#options.fingerprint();
  }

  unready(): string | undefined {
    return this.#options.unready();
  }

  async announced(written: Path): Promise<Listing | "forbidden"> {
    const { core, access } = this.#options;
    const prefix = normalizePath(written);
    const grants = publicGrants(prefix, access);
    if (!grants) return "forbidden";
    // Nothing of it may be shown, so nobody is asked either.
    if (!core.membership || isReserved(prefix)) return { names: this.#names(prefix, grants), complete: true };
    return new Promise((resolve) => {
      core.membership?.list(prefix, (complete) => resolve({ names: this.#names(prefix, grants), complete }));
    });
  }

  #names(prefix: Path, grants: Grants): Set<string> {
    const names = new Set<string>();
    for (const { path } of this.#options.core.table.routes(prefix)) {
      const name = below(prefix, path);
      if (name !== undefined && !isHidden(name) && grants.maySubscribe(path)) names.add(name);
    }
    return names;
  }

  async fetch(
    broadcast: string,
    track: string,
    group: number | "latest",
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | "no broadcast" | "not found" | "forbidden"> {
    const { core, access, maxFetchQueue } = this.#options;
    const path = normalizePath(broadcast);
    if (!publicGrants("", access)?.maySubscribe(path)) return "forbidden";
    if (!canBeTold(path) || Buffer.byteLength(track) > MAX_TRACK_NAME) return "not found";
    const options = { hub: core.hub, budget: this.#budget, maxQueue: maxFetchQueue };
    const answer = await fetchGroup(options, { broadcast: path, track, group }, signal);
    // By now everybody has been asked who could know of it.
    const unknown = answer === "not found" && core.candidates(path, NO_HOP).length === 0;
    return unknown ? "no broadcast" : answer;
  }
}
