import type { CacheBudget } from "@moq-relay/protocol/model";
import type { Reading } from "../admin/index.ts";
import type { RelayCore } from "../core.ts";
import type { HubCounters } from "../hub/index.ts";

/** What `/metrics` shows of the relay itself. Names end in `_total` for what only grows. */
export function relayReadings(core: RelayCore, hub: HubCounters, cache: CacheBudget): Reading[] {
  const counter = (name: Reading["name"], help: string, read: () => number): Reading => ({
    name,
    type: "counter",
    help,
    read,
  });
  const gauge = (name: Reading["name"], help: string, read: () => number): Reading => ({
    name,
    type: "gauge",
    help,
    read,
  });
  const { counters } = core;
  return [
    gauge("moq_sessions", "Sessions that are open.", () => core.sessions),
    counter("moq_sessions_opened_total", "Sessions since the start.", () => counters.sessionsOpened),
    counter("moq_sessions_lost_total", "Sessions that ended without a goodbye.", () => counters.sessionsLost),
    counter("moq_goaways_total", "Peers that said they were going away.", () => counters.goaways),
    gauge("moq_routes", "Ways to broadcasts that this relay knows.", () => core.table.size),
    gauge("moq_broadcasts_read", "Broadcasts that somebody reads here.", () => [...core.hub.broadcasts].length),
    gauge("moq_tracks", "Tracks that are read or remembered.", () => hubOf(core).tracks),
    gauge("moq_readers", "Subscriptions being served.", () => hubOf(core).readers),
    gauge("moq_groups", "Groups that are kept.", () => hubOf(core).groups),
    counter("moq_relay_media_bytes_received_total", "Bytes of groups received.", () => hub.bytesReceived),
    counter("moq_relay_media_bytes_sent_total", "Bytes of groups sent to readers.", () => hub.bytesSent),
    counter("moq_groups_received_total", "Groups received.", () => hub.groupsReceived),
    counter("moq_groups_repeated_total", "Copies of groups from a second route.", () => hub.groupsRepeated),
    counter("moq_groups_expired_total", "Groups that readers had not drained in time.", () => hub.groupsExpired),
    counter("moq_groups_aborted_total", "Groups broken off upstream.", () => hub.groupsAborted),
    counter("moq_datagrams_received_total", "Datagrams received.", () => hub.datagramsReceived),
    counter("moq_datagrams_sent_total", "Datagrams sent to readers.", () => hub.datagramsSent),
    counter("moq_datagrams_dropped_total", "Datagrams for which there was no room.", () => hub.datagramsDropped),
    counter("moq_datagrams_repeated_total", "Datagrams again from a second route.", () => hub.datagramsRepeated),
    counter("moq_subscriptions_total", "Subscriptions served.", () => hub.subscriptions),
    counter("moq_subscriptions_refused_total", "Subscriptions refused or broken off.", () => hub.subscriptionsRefused),
    counter("moq_fetches_total", "Fetches answered.", () => hub.fetches),
    counter("moq_fetches_refused_total", "Fetches refused.", () => hub.fetchesRefused),
    counter("moq_upstream_fetches_total", "Fetches made upstream.", () => hub.upstreamFetches),
    gauge("moq_fetches_under_way", "Fetches upstream that are under way.", () => core.hub.fetching),
    counter("moq_upstream_subscriptions_total", "Subscriptions made upstream.", () => hub.upstreamSubscriptions),
    counter("moq_handovers_total", "Flows moved to a better route.", () => hub.handovers),
    counter("moq_failovers_total", "Flows continued after their route was lost.", () => hub.failovers),
    counter("moq_route_mismatches_total", "Routes that brought other bytes than the one before.", () => hub.mismatches),
    counter("moq_announces_forbidden_total", "Announcements without a grant.", () => counters.announcesForbidden),
    gauge("moq_session_queued_bytes_max", "Bytes that wait for the session with most.", () => mostQueued(core)),
    {
      name: "moq_announces_refused_total",
      type: "counter",
      help: "Announcements above the client's cap: its own, and those that it said to pass on.",
      label: "reason",
      read: () =>
        new Map([
          ["own", counters.announcesTooManyOwn],
          ["passed_on", counters.announcesTooManyPassedOn],
        ]),
    },
    gauge("moq_cache_bytes", "Memory held by groups.", () => cache.bytes),
    counter("moq_cache_evictions_total", "Groups dropped because the budget was short.", () => cache.evictions),
  ];
}

/** Sizes of the hub's tables, counted. */
function hubOf(core: RelayCore): { tracks: number; readers: number; groups: number } {
  const sizes = { tracks: 0, readers: 0, groups: 0 };
  for (const broadcast of core.hub.broadcasts) {
    for (const feed of broadcast.feeds) {
      sizes.tracks += 1;
      sizes.readers += feed.readers;
      sizes.groups += feed.groups.size;
    }
  }
  return sizes;
}

function mostQueued(core: RelayCore): number {
  let most = 0;
  for (const { session } of core.peers) most = Math.max(most, session.connection.stats().bytesQueued);
  return most;
}
