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

/**
 * True when every door of this relay is on loopback. Only then may it take part in a cluster without credentials: a
 * relay that the network reaches must not believe whoever says to be a relay.
 */
export function onLoopback(config: Pick<RelayConfig, "listen" | "web">): boolean {
  const web = config.web.http.listen;
  return isLoopback(config.listen.bind.host) && (web === undefined || isLoopback(web.host));
}
