import type { SubscribeTerms, Version } from "../../wire/index.ts";
import type { SubscribeUpdate } from "../session.ts";

/** What a subscriber's terms mean (protocol notes 2.5: an absent start is the latest group, on 06 a floor of 0 is none). */
export function readTerms(terms: SubscribeTerms, version: Version): SubscribeUpdate {
  const { priority, maxAge, startGroup, endGroup, startFrame, endFrame } = terms;
  const backlog = version.startGroup === "floor" ? "fresh" : startGroup === undefined ? "latest" : "all";
  return { priority, maxAge, backlog, startGroup: startGroup ?? 0, startFrame, endGroup, endFrame };
}

/** The terms that say the same to a peer, as far as its version can. */
export function writeTerms(request: SubscribeUpdate, version: Version): SubscribeTerms {
  const { priority, maxAge, startGroup, startFrame, endGroup, endFrame } = request;
  // Before 06 a start in the past brings everything since, whatever its age: then the latest group is the better answer.
  const start = version.startGroup === "floor" || request.backlog === "all" ? startGroup : startGroup || undefined;
  return { priority, ordered: false, maxAge, startGroup: start, startFrame, endGroup, endFrame };
}
