/** What the hub has done since it began: plain numbers on the hot path, read when somebody asks for metrics. */
export class HubCounters {
  /** Bytes of group payload (without group headers) that came from publishers and other relays. */
  bytesReceived = 0;
  /** The same, handed to the transports for readers. */
  bytesSent = 0;
  groupsReceived = 0;
  /** Copies of groups that were already here, from a second route. */
  groupsRepeated = 0;
  /** Groups given up because a reader had not drained them in time. */
  groupsExpired = 0;
  /** Groups broken off because their publisher or route did. */
  groupsAborted = 0;
  /** Subscriptions made at publishers and other relays. */
  upstreamSubscriptions = 0;
  /** Subscriptions moved to a better route. */
  handovers = 0;
  /** Subscriptions that went on over another route after theirs was lost. */
  failovers = 0;
  /** Routes whose bytes were not those of the route before. */
  mismatches = 0;
  datagramsReceived = 0;
  /** Handed to the transports for readers, and those of which a transport had no room. */
  datagramsSent = 0;
  datagramsDropped = 0;
  /** From a second route, while moving to it. */
  datagramsRepeated = 0;
  subscriptions = 0;
  subscriptionsRefused = 0;
  /** Fetches of peers that were answered, or began to be. */
  fetches = 0;
  fetchesRefused = 0;
  /** Fetches made at publishers and other relays. */
  upstreamFetches = 0;
}
