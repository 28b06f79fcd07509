import type { SubscribeRequest } from "@moq-relay/protocol/session";
import type { Groups } from "./groups.ts";

/**
 * With which of the cached groups a new reader begins (moq-lite-06, Subscribe: the floor and the age select the backlog).
 * @param maxAge milliseconds that the track's groups stay worth having; a reader cannot ask for more.
 * @param begin where the publisher said that it begins: groups from there on which are not here may be on their way.
 */
export function firstGroup(
  request: SubscribeRequest,
  groups: Groups,
  now: number,
  maxAge: number,
  begin?: number,
): number {
  const latest = groups.latest?.sequence ?? 0;
  const floor = request.startGroup;
  if (request.backlog === "latest" || floor > latest) return Math.max(latest, floor);
  if (request.backlog === "all" && begin !== undefined) return Math.min(latest, Math.max(floor, begin, groups.bottom));
  const age = request.backlog === "all" ? Number.POSITIVE_INFINITY : Math.min(request.maxAge, maxAge);
  const sequences = groups.sequences();
  let first = latest;
  // A group is stale once the one behind it began `age` ago: an age of 0 leaves the latest alone.
  for (let i = sequences.length - 2; i >= 0; i--) {
    const behind = groups.get(sequences[i + 1]!)!;
    if (sequences[i]! < floor || (request.backlog === "fresh" && now - behind.createdAt >= age)) break;
    first = sequences[i]!;
  }
  return first;
}
