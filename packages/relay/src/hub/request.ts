import type { Path } from "@moq-relay/protocol/model";
import type { SubscribeRequest } from "@moq-relay/protocol/session";
import type { Groups } from "./groups.ts";
import type { Reader } from "./reader.ts";

/** What a feed asks for upstream. */
export type Wanted = Omit<SubscribeRequest, "broadcast" | "track" | "publisher">;

/** What all readers of a track want together: the most that any of them does. */
export function wanted(readers: Iterable<Reader>): Wanted {
  let priority = 0;
  let maxAge = 0;
  let backlog: Wanted["backlog"] = "latest";
  let floor = Number.POSITIVE_INFINITY;
  let endGroup: number | undefined = 0;
  for (const { request } of readers) {
    priority = Math.max(priority, request.priority);
    maxAge = Math.max(maxAge, request.maxAge);
    if (endGroup !== undefined && request.endGroup !== undefined) endGroup = Math.max(endGroup, request.endGroup);
    else endGroup = undefined;
    // It holds for what is to come, too: who wants nothing of the past must not lose the groups below another's floor.
    floor = Math.min(floor, request.startGroup);
    if (request.backlog === "latest" || (request.backlog === "fresh" && request.maxAge === 0)) continue;
    if (backlog !== "all") backlog = request.backlog;
  }
  const startGroup = floor === Number.POSITIVE_INFINITY ? 0 : floor;
  return { priority, maxAge, backlog, startGroup, startFrame: 0, endGroup, endFrame: undefined };
}

/**
 * A subscription for a track of which nothing is here yet. Who moves here from another way wants groups that do not exist yet;
 * the one before them is asked for too, because it is what the next reader begins with, and may be the only one for ever.
 */
export function freshRequest(path: Path, track: string, want: Wanted): SubscribeRequest {
  // On 06 the age alone selects the backlog, so a wish for the latest group only is an age of zero.
  const maxAge = want.backlog === "latest" ? 0 : want.maxAge;
  const startGroup = want.endGroup === undefined ? Math.max(0, want.startGroup - 1) : want.startGroup;
  return { broadcast: path, track, ...want, startGroup, maxAge };
}

/** A subscription beside a running one: everything from the next group on. */
export function boundaryRequest(
  path: Path,
  track: string,
  want: Wanted,
  groups: Groups,
  maxAge: number,
): SubscribeRequest {
  const startGroup = (groups.latest?.sequence ?? -1) + 1;
  return { broadcast: path, track, ...want, backlog: "all", startGroup, startFrame: 0, maxAge };
}

/**
 * A subscription that goes on where another stopped or will stop: from the last whole frame of the oldest group that is
 * not complete. That frame comes twice, and shows by its bytes that both routes lead to the same publisher.
 */
export function resumeRequest(
  path: Path,
  track: string,
  want: Wanted,
  groups: Groups,
  maxAge: number,
): SubscribeRequest {
  const open = groups.sequences().find((sequence) => groups.get(sequence)?.open);
  if (open === undefined) return boundaryRequest(path, track, want, groups, maxAge);
  const { source } = groups.get(open)!;
  const startFrame = source.frameStart + Math.max(0, source.index.complete - 1);
  return { broadcast: path, track, ...want, backlog: "all", startGroup: open, startFrame, maxAge };
}
