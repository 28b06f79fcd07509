import type { Cached } from "@moq-relay/protocol/model";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { FrameFormat } from "@moq-relay/protocol/session";
import { Group } from "./group.ts";
import type { GroupOptions } from "./group-view.ts";

/** The cached groups of one track. The latest always stays; older ones until they are too old or the budget is short. */
export class Groups {
  readonly #options: GroupOptions;
  /** In order of arrival, which is the order of age. */
  readonly #groups = new Map<number, Group>();
  readonly #entries = new Map<Group, Cached>();
  #latest: Group | undefined;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The group with the highest sequence, however old. */
  get latest(): Group | undefined {
    return this.#latest;
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
    const group = new Group(format, place, this.#options, () => this.#idle(group));
    this.#groups.set(place.sequence, group);
    this.#options.counters.groupsReceived += 1;
    const before = this.#latest;
    if (!before || place.sequence > before.sequence) {
      this.#latest = group;
      if (before) this.#idle(before);
    }
    return group;
  }

  /** Sequences that are here, rising. */
  sequences(): number[] {
    return [...this.#groups.keys()].sort((a, b) => a - b);
  }

  /** Drops what is older than `maxAge` milliseconds, counted from the arrival of the group behind it. */
  expire(now: number, maxAge: number): void {
    let previous: Group | undefined;
    for (const group of this.#groups.values()) {
      if (previous && previous !== this.#latest) {
        if (now - group.createdAt <= maxAge) return;
        this.#expire(previous);
      }
      previous = group;
    }
  }

  /** Drops all of it. */
  clear(): void {
    for (const group of this.#groups.values()) this.#release(group);
    this.#groups.clear();
    this.#latest = undefined;
  }

  #expire(group: Group): void {
    if (group.undelivered > 0) this.#options.counters.groupsExpired += 1;
    if (group.open) group.abort(STREAM_CODE.old);
    else group.expire(STREAM_CODE.old);
    this.#remove(group);
  }

  /** A group that is whole, read by nobody and not the latest may go when memory is short. */
  #idle(group: Group): void {
    if (group.open || group.undelivered > 0 || group === this.#latest || this.#entries.has(group)) return;
    if (this.#groups.get(group.sequence) !== group) return;
    const entry = { evict: () => this.#remove(group) };
    this.#entries.set(group, entry);
    this.#options.budget.enter(entry);
  }

  #remove(group: Group): void {
    this.#groups.delete(group.sequence);
    this.#release(group);
  }

  #release(group: Group): void {
    const entry = this.#entries.get(group);
    if (entry) this.#options.budget.leave(entry);
    this.#entries.delete(group);
    group.release();
  }
}
