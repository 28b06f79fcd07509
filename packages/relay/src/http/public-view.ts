import { below, isHidden, type Path } from "@moq-relay/protocol/model";
import type { Reading, RelayView } from "../admin/index.ts";
import type { RelayCore } from "../core.ts";
import { type PublicAccess, publicGrants } from "../peers/grants.ts";
import { fetchGroup } from "./group-fetch.ts";

export interface PublicViewOptions {
  readonly core: RelayCore;
  readonly access: PublicAccess;
  readonly maxFrame: number;
  readonly readings: readonly Reading[];
  fingerprint(): string | undefined;
  unready(): string | undefined;
}

/** What anybody may see of the relay by HTTP: what a client without a credential could see by MoQ. */
export class PublicView implements RelayView {
  readonly readings: readonly Reading[];
  readonly #options: PublicViewOptions;

  constructor(options: PublicViewOptions) {
    this.#options = options;
    this.readings = options.readings;
  }

  fingerprint(): string | undefined {
    return this.#options.fingerprint();
  }

  unready(): string | undefined {
    return this.#options.unready();
  }

  announced(prefix: Path): Iterable<string> | "forbidden" {
    const { core, access } = this.#options;
    const grants = publicGrants(prefix, access);
    if (!grants) return "forbidden";
    const names = new Set<string>();
    for (const { path } of core.table.routes(prefix)) {
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
  ): Promise<AsyncIterable<Uint8Array> | "not found" | "forbidden"> {
    const { core, access, maxFrame } = this.#options;
    if (!publicGrants("", access)?.maySubscribe(broadcast)) return "forbidden";
    return fetchGroup(core.hub, broadcast, track, group, maxFrame, signal);
  }
}
