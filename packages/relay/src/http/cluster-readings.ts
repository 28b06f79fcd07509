import type { Reading } from "../admin/index.ts";
import type { Cluster } from "../cluster/index.ts";

/** What `/metrics` shows of the cluster; nothing for a relay that is in none. */
export function clusterReadings(cluster: Cluster | undefined): Reading[] {
  if (!cluster) return [];
  const { counters } = cluster;
  return [
    {
      name: "moq_cluster_links",
      type: "gauge",
      help: "Links to relays of the cluster, by what is at their other end.",
      label: "kind",
      read: () => cluster.linksByKind(),
    },
    {
      name: "moq_cluster_feeding",
      type: "gauge",
      help: "Relays that this one feeds, each counted once for each broadcast.",
      read: () => cluster.sizes().feeds,
    },
    {
      name: "moq_cluster_links_ended_total",
      type: "counter",
      help: "Links that ended, by the reason, where it was not the other end's wish.",
      label: "reason",
      read: () =>
        new Map([
          ["lost", counters.linksLost],
          ["dead", counters.linksDead],
          ["idle", counters.linksIdle],
          ["duplicate", counters.linksDuplicate],
        ]),
    },
    {
      name: "moq_cluster_links_suspected_total",
      type: "counter",
      help: "Times that a link, or the relay at its other end, fell silent.",
      read: () => counters.linksSuspected,
    },
    {
      name: "moq_cluster_links_repriced_total",
      type: "counter",
      help: "Changes of what a link costs, because its round trip had become another one.",
      read: () => counters.linksRepriced,
    },
    {
      name: "moq_cluster_dials_total",
      type: "counter",
      help: "Dials of other relays, by how they went.",
      label: "result",
      read: () =>
        new Map([
          ["failed", counters.dialsFailed],
          ["other", counters.dials - counters.dialsFailed],
        ]),
    },
    {
      name: "moq_cluster_lookups_total",
      type: "counter",
      help: "Broadcasts that had to be looked for, by the answer.",
      label: "answer",
      read: () =>
        new Map([
          ["found", counters.asksFound],
          ["nobody", counters.asksNobody],
          ["unanswered", counters.asksUnanswered],
          ["over_cap", counters.asksOverCap],
        ]),
    },
    {
      name: "moq_cluster_root_changes_total",
      type: "counter",
      help: "Times that another root was asked than before.",
      read: () => counters.rootsChanged,
    },
    {
      name: "moq_cluster_addresses_twice_total",
      type: "counter",
      help: "Addresses that two relays have said for long: one of them is configured wrongly.",
      read: () => counters.addressesTwice,
    },
    {
      name: "moq_cluster_refused_total",
      type: "counter",
      help: "What the cluster did not take from others, by what it was.",
      label: "what",
      read: () =>
        new Map([
          ["name", counters.namesRefused],
          ["route", counters.routesRefused],
          ["prefix", counters.prefixesOverCap],
          ["member", counters.membersOverCap],
          ["link", counters.linksOverCap],
          ["over_links", counters.feedsRefused],
        ]),
    },
  ];
}
