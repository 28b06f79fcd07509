/** What the cluster counts; plain numbers that only grow, read when somebody asks for metrics. */
export class ClusterCounters {
  dials = 0;
  dialsFailed = 0;
  linksOpened = 0;
  /** Links that ended without a goodbye. */
  linksLost = 0;
  /** Times that a link, or the node behind it, fell silent. */
  linksSuspected = 0;
  /** Links that were given up because nothing was heard. */
  linksDead = 0;
  /** Second links to the same node, closed. */
  linksDuplicate = 0;
  linksIdle = 0;
  /** Changes of what a link costs, because its round trip has changed for good. */
  linksRepriced = 0;
  /** Data links that were not dialled because there were too many; counted anew in each plan. */
  linksOverCap = 0;
  asks = 0;
  asksFound = 0;
  /** A settled root (or we as one) said that nobody has it. */
  asksNobody = 0;
  /** No believable answer in time. */
  asksUnanswered = 0;
  asksOverCap = 0;
  /** Prefixes of clients that no root was asked for: too many. */
  prefixesOverCap = 0;
  /** Members that this node links to none of: it knows as many as it may. */
  membersOverCap = 0;
  /** Relays that were sent on to others, because as many were fed with a broadcast as may be. */
  feedsRefused = 0;
  /** Announcements below `.internal` that their sender had no right to. */
  namesRefused = 0;
  /** Routes that the table had no room for. */
  routesRefused = 0;
  /** Addresses that two nodes with links here have said for long. */
  addressesTwice = 0;
  /** Changes of the root that is asked. */
  rootsChanged = 0;
  /** Times that no root could be reached for a while. */
  rootsAway = 0;
  /** Times that this node began to stand in for the roots. */
  stoodIn = 0;
}
