import { covers, type Path } from "@moq-relay/protocol/model";
import type { Claims } from "../auth/index.ts";
import { matches, overlapsBelow, type PathPattern } from "../config/pattern.ts";
import { isForRelays, isReserved } from "./names.ts";

/** What a session may do. All paths are absolute. */
export interface Grants {
  /** The path of its URL: names on the wire are relative to it. */
  readonly root: Path;
  /** Whether the peer is a relay of this cluster: it hears of hidden names, and its word about members counts. */
  readonly cluster: boolean;
  /** Whether the peer is known for a relay, of whatever cluster: its word about where a broadcast has come by counts. */
  readonly relay?: boolean;
  /** Whether it may read a broadcast of this path. */
  maySubscribe(path: Path): boolean;
  /** Whether it may publish at this path. */
  mayPublish(path: Path): boolean;
}

/** What somebody without a credential may do. */
export interface PublicAccess {
  readonly subscribe: readonly PathPattern[];
  readonly publish: readonly PathPattern[];
}

/** The grants of a client that came to `root` without a credential; undefined when it may do nothing there. */
export function publicGrants(root: Path, access: PublicAccess): Grants | undefined {
  const any = [...access.subscribe, ...access.publish].some((pattern) => overlapsBelow(pattern, root));
  if (!any) return undefined;
  return {
    root,
    cluster: false,
    maySubscribe: (path) => !isReserved(path) && access.subscribe.some((pattern) => matches(pattern, path)),
    mayPublish: (path) => !isForRelays(path) && access.publish.some((pattern) => matches(pattern, path)),
  };
}

/** The grants of a client with this token that came to `root`; undefined when it may do nothing there. */
export function tokenGrants(root: Path, claims: Pick<Claims, "root" | "publish" | "subscribe">): Grants | undefined {
  const { publish, subscribe } = claims;
  const any = [...publish, ...subscribe].some((prefix) => covers(prefix, root) || covers(root, prefix));
  if (!covers(claims.root, root) || !any) return undefined;
  const allows = (prefixes: readonly Path[], path: Path) => prefixes.some((prefix) => covers(prefix, path));
  return {
    root,
    cluster: false,
    maySubscribe: (path) => !isReserved(path) && allows(subscribe, path),
    mayPublish: (path) => !isForRelays(path) && allows(publish, path),
  };
}

/** The grants of a relay that has shown a credential, until it says that it is of our kind. */
export function relayGrants(root: Path): Grants {
  return { ...PEER_GRANTS, root };
}

/** A relay of this cluster. */
export const CLUSTER_GRANTS: Grants = { root: "", cluster: true, maySubscribe: () => true, mayPublish: () => true };

/** A relay that is not of our cluster, or not of our kind: it may carry everything but the cluster's own names. */
export const PEER_GRANTS: Grants = {
  root: "",
  cluster: false,
  relay: true,
  maySubscribe: (path) => !isReserved(path),
  mayPublish: (path) => !isReserved(path),
};
