import { normalizePath, type Path } from "@moq-relay/protocol/model";
import type { ConnectionRequest } from "@moq-relay/protocol/transport";
import { EXCHANGE_ALPN, VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import type { MoqVersion } from "../config/index.ts";
import type { RelayCore } from "../core.ts";
import { canBeTold } from "../peers/names.ts";
import { Admission, type AdmissionOptions, type Admitted } from "./admission.ts";

export interface DoorOptions extends AdmissionOptions {
  readonly core: RelayCore;
  /** Versions that are served, best first. */
  readonly versions: readonly MoqVersion[];
  readonly maxSessions: number;
  /** Whether another session is welcome; default: always. */
  hasRoom?(): boolean;
  /** Turned away at the door: by which status. */
  onRefused(status: number): void;
}

/** Lets clients in, or turns them away: by the path of their URL, by what they show, the versions they speak, and how many are here already. */
export class Door {
  readonly #options: DoorOptions;
  readonly #protocols: readonly string[];
  readonly #admission: Admission;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#protocols = protocolsOf(options.versions);
    this.#admission = new Admission(options);
  }

  /** What raw QUIC offers in TLS. */
  get alpns(): readonly string[] {
    return this.#protocols;
  }

  readonly onRequest = (request: ConnectionRequest): void => {
    if (this.#isFull) return this.#refuse(request, 503);
    const root = rootOf(request.info.path);
    if (root === undefined) return this.#refuse(request, 400);
    const admitted = this.#admission.of(request.info, root);
    if (!(admitted instanceof Promise)) return this.#answer(request, admitted);
    admitted.then(
      (now) => this.#answer(request, now),
      () => this.#refuse(request, 500),
    );
  };

  get #isFull(): boolean {
    const { core, maxSessions, hasRoom } = this.#options;
    return core.sessions >= maxSessions || hasRoom?.() === false;
  }

  #answer(request: ConnectionRequest, admitted: Admitted | number): void {
    if (typeof admitted === "number") return this.#refuse(request, admitted);
    if (this.#isFull) return this.#refuse(request, 503);
    const protocol = this.#choose(request);
    if (protocol === undefined) return this.#refuse(request, 400);
    const { grants, shown } = admitted;
    request.accept(protocol, (connection) => this.#options.core.open(connection, grants, undefined, shown).events);
  }

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
