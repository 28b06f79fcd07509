import type { Path } from "@moq-relay/protocol/model";
import { matches, overlapsBelow, type PathPattern } from "../config/pattern.ts";

/** What a session may do. All paths are absolute. */
export interface Grants {
  /** The path of its URL: names on the wire are relative to it. */
  readonly root: Path;
  /** Whether the peer is a relay of this cluster: it hears of hidden names, and its word about members counts. */
  readonly cluster: boolean;
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

/** Names of the cluster's own: no client publishes there, whatever is public. */
const RESERVED = ".internal";

/** The grants of a client that came to `root` without a credential; undefined when it may do nothing there. */
export function publicGrants(root: Path, access: PublicAccess): Grants | undefined {
  const any = [...access.subscribe, ...access.publish].some((pattern) => overlapsBelow(pattern, root));
  if (!any) return undefined;
  return {
    root,
    cluster: false,
    maySubscribe: (path) => !reserved(path) && access.subscribe.some((pattern) => matches(pattern, path)),
    mayPublish: (path) => !reserved(path) && access.publish.some((pattern) => matches(pattern, path)),
  };
}

/** A relay of this cluster. */
export const CLUSTER_GRANTS: Grants = { root: "", cluster: true, maySubscribe: () => true, mayPublish: () => true };

/** A relay that we dial without its being of our cluster: it may carry everything but the cluster's own names. */
export const PEER_GRANTS: Grants = {
  root: "",
  cluster: false,
  maySubscribe: (path) => !reserved(path),
  mayPublish: (path) => !reserved(path),
};

function reserved(path: Path): boolean {
  return path === RESERVED || path.startsWith(`${RESERVED}/`);
}
