/**
 * Which of a connection's streams goes first: the higher priority, then the newer group. `rank` counts groups in order of
 * arrival over all tracks, so that a busy track does not always go before a quiet one.
 */
export function sendOrder(priority: number, rank: number): number {
  return (priority - 128) * RANKS + (rank % RANKS);
}

/** The rank wraps around after this many groups: for a moment old and new are mixed up, and nothing else happens. */
const RANKS = 1 << 24;
