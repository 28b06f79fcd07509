import type { Path } from "@moq-relay/protocol/model";
import type { SubscribeRequest, SubscribeUpdate } from "@moq-relay/protocol/session";
import type { Groups } from "./groups.ts";
import type { Reader } from "./reader.ts";

/** What all readers of a track want together: the most that any of them does. */
export function wanted(readers: Iterable<Reader>): SubscribeUpdate & Pick<SubscribeRequest, "backlog"> {
  const all = [...readers].map((reader) => reader.request);
  const ends = all.map((request) => request.endGroup);
  const explicit = all.filter((request) => request.backlog === "all");
  const fresh = all.some((request) => request.backlog === "fresh" && request.maxAge > 0);
  return {
    priority: Math.max(0, ...all.map((request) => request.priority)),
    maxAge: Math.max(0, ...all.map((request) => request.maxAge)),
    backlog: explicit.length > 0 ? "all" : fresh ? "fresh" : "latest",
    startGroup: explicit.length === all.length ? Math.min(...explicit.map((request) => request.startGroup)) : 0,
    startFrame: 0,
    endGroup: ends.includes(undefined) ? undefined : Math.max(...(ends as number[])),
    endFrame: undefined,
  };
}

/** A subscription for a track of which nothing is here yet. */
export function freshRequest(path: Path, track: string, want: ReturnType<typeof wanted>): SubscribeRequest {
  // On 06 the age alone selects the backlog, so a wish for the latest group only is an age of zero.
  const maxAge = want.backlog === "latest" ? 0 : want.maxAge;
  return { broadcast: path, track, ...want, maxAge };
}

/** A subscription beside a running one: everything from the next group on. */
export function boundaryRequest(
  path: Path,
  track: string,
  want: SubscribeUpdate,
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
  want: SubscribeUpdate,
  groups: Groups,
  maxAge: number,
): SubscribeRequest {
  const open = groups.sequences().find((sequence) => groups.get(sequence)?.open);
  if (open === undefined) return boundaryRequest(path, track, want, groups, maxAge);
  const { source } = groups.get(open)!;
  const startFrame = source.frameStart + Math.max(0, source.index.complete - 1);
  return { broadcast: path, track, ...want, backlog: "all", startGroup: open, startFrame, maxAge };
}
