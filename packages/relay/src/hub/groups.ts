import type { Cached } from "@moq-relay/protocol/model";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { FrameFormat } from "@moq-relay/protocol/session";
import { Group } from "./group.ts";
import type { GroupOptions } from "./group-view.ts";

export interface GroupsOptions extends GroupOptions {
  /** Groups of one track that are kept; the oldest goes first. */
  readonly maxGroups: number;
}

/**
 * The cached groups of one track. The latest always stays; older ones until they are too old, too many, or the budget is
 * short. A group that goes while readers still receive it is broken off for them.
 */
export class Groups {
  readonly #options: GroupsOptions;
  /** In order of arrival, which is the order of age. */
  readonly #groups = new Map<number, Group>();
  readonly #entries = new Map<Group, Cached>();
  #latest: Group | undefined;
  #bottom = 0;

  constructor(options: GroupsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The group with the highest sequence, however old. */
  get latest(): Group | undefined {
    return this.#latest;
  }

  /** Behind everything that was here and has gone: what is missing above it may still be on its way. */
  get bottom(): number {
    return this.#bottom;
  }

  get(sequence: number): Group | undefined {
    return this.#groups.get(sequence);
  }

  /** In order of arrival. */
  values(): IterableIterator<Group> {
    return this.#groups.values();
  }

  /** Begins a group that is not here yet. */
  create(format: FrameFormat, place: { sequence: number; rank: number; frameStart: number; createdAt: number }): Group {
    const group = new Group(format, place, this.#options);
    this.#groups.set(place.sequence, group);
    this.#options.counters.groupsReceived += 1;
    const before = this.#latest;
    const late = before !== undefined && place.sequence < before.sequence;
    if (!late) this.#latest = group;
    const older = late ? group : before;
    if (older) this.#mayGo(older);
    if (this.#groups.size > this.#options.maxGroups) this.#dropOldest();
    return group;
  }

  /** Sequences that are here, rising. */
  sequences(): number[] {
    return [...this.#groups.keys()].sort((a, b) => a - b);
  }

  /** Whether the groups up to `end`, which is not one of them, are here without a hole. */
  reach(end: number): boolean {
    const sequences = this.sequences();
    const [first] = sequences;
    return first !== undefined && end - first === sequences.filter((sequence) => sequence < end).length;
  }

  /** Drops what is older than `maxAge` milliseconds, counted from the arrival of the group behind it. */
  expire(now: number, maxAge: number): void {
    let previous: Group | undefined;
    for (const group of this.#groups.values()) {
      if (previous && previous !== this.#latest) {
        if (now - group.createdAt <= maxAge) return;
        this.#drop(previous, STREAM_CODE.old);
      }
      previous = group;
    }
  }

  /** Drops all of it; streams that are not delivered are reset with `code`. */
  clear(code: number): void {
    this.#latest = undefined;
    for (const group of [...this.#groups.values()]) this.#drop(group, code);
    this.#bottom = 0;
  }

  /** From now on the group may be dropped when memory is short. */
  #mayGo(group: Group): void {
    if (this.#groups.get(group.sequence) !== group) return;
    const entry = { evict: () => this.#drop(group, STREAM_CODE.evicted) };
    this.#entries.set(group, entry);
    this.#options.budget.enter(entry);
  }

  #dropOldest(): void {
    for (const group of this.#groups.values()) {
      if (group !== this.#latest) return this.#drop(group, STREAM_CODE.evicted);
    }
  }

  #drop(group: Group, code: number): void {
    if (group.undelivered > 0) this.#options.counters.groupsExpired += 1;
    this.#groups.delete(group.sequence);
    this.#bottom = Math.max(this.#bottom, group.sequence + 1);
    const entry = this.#entries.get(group);
    if (entry) this.#options.budget.leave(entry);
    this.#entries.delete(group);
    group.release(code);
  }
}
