import { below, isHidden, normalizePath, type Path } from "@moq-relay/protocol/model";
import { MAX_TRACK_NAME } from "@moq-relay/protocol/wire";
import type { Reading, RelayView } from "../admin/index.ts";
import type { RelayCore } from "../core.ts";
import { type PublicAccess, publicGrants } from "../peers/grants.ts";
import { canBeTold } from "../peers/names.ts";
import { fetchGroup } from "./group-fetch.ts";

export interface PublicViewOptions {
  readonly core: RelayCore;
  readonly access: PublicAccess;
  readonly maxFrame: number;
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
    const root = normalizePath(prefix);
    const grants = publicGrants(root, access);
    if (!grants) return "forbidden";
    const names = new Set<string>();
    for (const { path } of core.table.routes(root)) {
      const name = below(root, path);
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
    const path = normalizePath(broadcast);
    if (!publicGrants("", access)?.maySubscribe(path)) return "forbidden";
    if (!canBeTold(path) || Buffer.byteLength(track) > MAX_TRACK_NAME) return "not found";
    return fetchGroup(core.hub, path, track, group, maxFrame, signal);
  }
}
