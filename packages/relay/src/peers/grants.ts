import type { Path } from "@moq-relay/protocol/model";
import { matches, overlapsBelow, type PathPattern } from "../config/pattern.ts";
import { isReserved } from "./names.ts";

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
    mayPublish: (path) => !isReserved(path) && access.publish.some((pattern) => matches(pattern, path)),
  };
}

/** A relay of this cluster. */
export const CLUSTER_GRANTS: Grants = { root: "", cluster: true, maySubscribe: () => true, mayPublish: () => true };

/** A relay that we dial without its being of our cluster: it may carry everything but the cluster's own names. */
export const PEER_GRANTS: Grants = {
  root: "",
  cluster: false,
  relay: true,
  maySubscribe: (path) => !isReserved(path),
  mayPublish: (path) => !isReserved(path),
};
