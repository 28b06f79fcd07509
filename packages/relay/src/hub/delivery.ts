import { firstGroup } from "./backlog.ts";
import type { Group } from "./group.ts";
import type { Groups } from "./groups.ts";
import type { Reader } from "./reader.ts";

/** Opens a group's streams to these readers: one vectored call for all that want it whole. */
export function deliver(group: Group, readers: readonly Reader[]): void {
  const whole: Reader[] = [];
  for (const reader of readers) {
    const first = reader.firstFrame(group.sequence);
    const last = reader.lastFrame(group.sequence);
    if (first === 0 && last === Number.POSITIVE_INFINITY) whole.push(reader);
    else group.deliver([reader], first, last);
  }
  if (whole.length > 0) group.deliver(whole, 0, Number.POSITIVE_INFINITY);
}

/**
 * Gives a new reader what it wants of the groups that are here.
 * @param maxAge milliseconds that the track's groups stay worth having.
 * @param begin where the publisher said that it begins.
 */
export function deliverBacklog(reader: Reader, groups: Groups, now: number, maxAge: number, begin?: number): void {
  reader.start(firstGroup(reader.request, groups, now, maxAge, begin));
  deliverFrom(reader, groups, 0);
}

/** Gives a reader the groups from `first` on that are here and that it wants. */
export function deliverFrom(reader: Reader, groups: Groups, first: number): void {
  for (const sequence of groups.sequences()) {
    const group = groups.get(sequence);
    if (group && sequence >= first && reader.wants(sequence)) deliver(group, [reader]);
  }
}
