import type { Reader } from "./reader.ts";
import { type Candidate, leadsThrough } from "./supplier.ts";

/**
 * The way for a second source beside the one in use: over another link, with as few relays in common as there is, and through
 * nobody who reads here, for that one may have it from us.
 */
export function secondWay(
  ways: readonly Candidate[],
  active: Candidate,
  readers: Iterable<Reader>,
): Candidate | undefined {
  const peers = [...readers].map(({ subscriber }) => subscriber.peerHop);
  let best: Candidate | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const way of ways) {
    if (way.link === active.link || way.suspect || peers.some((peer) => leadsThrough(way, peer))) continue;
    const shared = way.hops.filter((hop) => active.hops.includes(hop)).length;
    if (shared >= least) continue;
    best = way;
    least = shared;
  }
  return best;
}
