import { normalizePath, type Path } from "@moq-relay/protocol/model";
import type { ConnectionRequest } from "@moq-relay/protocol/transport";
import { EXCHANGE_ALPN, VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import type { MoqVersion } from "../config/index.ts";
import type { RelayCore } from "../core.ts";
import { type PublicAccess, publicGrants } from "../peers/grants.ts";
import { canBeTold } from "../peers/names.ts";

export interface DoorOptions {
  readonly core: RelayCore;
  readonly access: PublicAccess;
  /** Versions that are served, best first. */
  readonly versions: readonly MoqVersion[];
  readonly maxSessions: number;
  /** Whether another session is welcome; default: always. */
  hasRoom?(): boolean;
  /** Turned away at the door: by which status. */
  onRefused(status: number): void;
}

/** Lets clients in, or turns them away: by the path of their URL, the versions they speak, and how many are here already. */
export class Door {
  readonly #options: DoorOptions;
  readonly #protocols: readonly string[];

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#protocols = protocolsOf(options.versions);
  }

  /** What raw QUIC offers in TLS. */
  get alpns(): readonly string[] {
    return this.#protocols;
  }

  readonly onRequest = (request: ConnectionRequest): void => {
    const { core, access, maxSessions, hasRoom } = this.#options;
    if (core.sessions >= maxSessions || hasRoom?.() === false) return this.#refuse(request, 503);
    const root = rootOf(request.info.path);
    if (root === undefined) return this.#refuse(request, 400);
    const grants = publicGrants(root, access);
    if (!grants) return this.#refuse(request, 401);
    const protocol = this.#choose(request);
    if (protocol === undefined) return this.#refuse(request, 400);
    request.accept(protocol, (connection) => core.open(connection, grants).events);
  };

  /**
   * WebTransport takes the client's favourite of those that we speak, WebSocket ours (protocol notes 1.3). Where nothing
   * fits the version is agreed on inside, if we speak one that is.
   */
  #choose({ info, offers }: ConnectionRequest): string | undefined {
    const [first, second] = info.binding === "websocket" ? [this.#protocols, offers] : [offers, this.#protocols];
    const common = first.find((protocol) => second.includes(protocol));
    if (common !== undefined) return common;
    return this.#protocols.includes(EXCHANGE_ALPN) && info.binding !== "quic" ? "" : undefined;
  }

  #refuse(request: ConnectionRequest, status: number): void {
    this.#options.onRefused(status);
    request.reject(status);
  }
}

/** The protocol names of versions, in their order; those of the SETUP exchange share one. */
export function protocolsOf(versions: readonly MoqVersion[]): string[] {
  const names = versions.map((version) => {
    const { setup, alpn } = VERSIONS[version as VersionName];
    return setup === "exchange" ? EXCHANGE_ALPN : alpn;
  });
  return [...new Set(names)];
}

/** The path of a request as the root of its names; undefined when it is not valid, or too long for a name. */
export function rootOf(pathAndQuery: string): Path | undefined {
  const [path = ""] = pathAndQuery.split("?", 1);
  try {
    const root = normalizePath(decodeURIComponent(path));
    return canBeTold(root) ? root : undefined;
  } catch {
    return undefined;
  }
}
