import { deliver } from "./delivery.ts";
import type { Feed } from "./feed.ts";
import type { FetchReader } from "./fetch-reader.ts";
import { leadsThrough } from "./supplier.ts";

/** Answers a fetch with a group that a subscription brought, or is bringing. Tells whether there is one. */
export function fetchFromFeed(feed: Feed, reader: FetchReader): boolean {
  const group = feed.groups.get(reader.fetch.group);
  if (!group?.serves(reader.fetch.startFrame)) return false;
  if (feed.candidate && leadsThrough(feed.candidate, reader.subscriber.peerHop)) return false;
  reader.whenOver = () => {
    group.drop(reader, 0);
    feed.detach(reader);
  };
  // The groups of a track are given up when nobody reads it any more: until the answer is delivered somebody does.
  if (!feed.closed) feed.attach(reader);
  deliver(group, [reader]);
  return true;
}
