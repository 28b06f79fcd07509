import { isLoopback } from "./address.ts";
import type { RelayConfig } from "./relay-config.ts";

/** True when this node is a root: its own address is among the roots, or there is no list of roots at all. */
export function isRoot(config: Pick<RelayConfig, "cluster">): boolean {
  const { root, node } = config.cluster;
  return root.length === 0 || (node !== undefined && root.some((other) => other.text === node.text));
}

/** The roots that this node dials: all but itself. */
export function otherRoots(config: Pick<RelayConfig, "cluster">): RelayConfig["cluster"]["root"] {
  const { root, node } = config.cluster;
  return root.filter((other) => other.text !== node?.text);
}

/** True when this relay can tell who is a relay of its cluster: by token, or by certificate. */
export function checksRelays({ auth, listen }: Pick<RelayConfig, "auth" | "listen">): boolean {
  return auth.key !== undefined || auth.keyDir !== undefined || listen.tls.root.length > 0;
}

/** True when this relay may have something to show to those that it dials. */
export function hasCredential({ auth, cluster, connect }: Pick<RelayConfig, "auth" | "cluster" | "connect">): boolean {
  return [auth.key, auth.keyDir, cluster.token, connect.tls.cert].some((one) => one !== undefined);
}

/**
 * True when a relay's word is enough, because nobody but this machine hears or says it and no credential was asked for: only
 * then may there be a cluster without credentials.
 */
export function believesWord(config: RelayConfig): boolean {
  return onLoopback(config) && !checksRelays(config) && config.cluster.token === undefined;
}

/**
 * True when every door of this relay is on loopback.
 */
export function onLoopback(config: Pick<RelayConfig, "listen" | "web">): boolean {
  const web = config.web.http.listen;
  return isLoopback(config.listen.bind.host) && (web === undefined || isLoopback(web.host));
}
