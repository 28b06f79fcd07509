/**
 * The hub: one upstream subscription, many readers.
 *
 * - `hub.ts` joins who asks to what there is; `broadcast.ts` holds what is read of one publisher.
 * - `feed.ts` is one track: its sources (`sources.ts`, `source.ts`, `requests.ts`, `beginnings.ts`), its groups (`groups.ts`), its readers
 *   (`reader.ts`, `backlog.ts`).
 * - `fetches.ts` holds groups that were asked for by number (`fetched-group.ts`, `fetch-attempt.ts`), each fetched once
 *   upstream however many want it (`fetch-reader.ts`); `fetch-from-feed.ts` where a subscription brings it.
 * - `copy.ts` merges what several sources deliver of one group; `group.ts` and `group-view.ts` hold its bytes in each form.
 * - `lane.ts`, `streams.ts` and `laggard.ts` bring it to the readers: one vectored write for all at the live edge.
 * - `datagrams.ts` hands on what never was on a stream.
 */
export { Broadcast } from "./broadcast.ts";
export { HubCounters } from "./counters.ts";
export { Feed } from "./feed.ts";
export type { FeedOptions } from "./feed-context.ts";
export { Hub, type HubOptions } from "./hub.ts";
export { LocalPublisher, type SampledTrack } from "./local-publisher.ts";
export { type LocalEvents, type LocalGroup, LocalSubscriber } from "./local-subscriber.ts";
export type { Candidate, Locator, Supplier } from "./supplier.ts";
