import type { SubscribeRequest } from "@moq-relay/protocol/session";
import type { GroupCopy } from "./copy.ts";
import type { Group } from "./group.ts";
import { Source, type SourceEvents } from "./source.ts";
import type { Candidate } from "./supplier.ts";

/**
 * The subscriptions that one feed holds upstream: one that is in use, perhaps one that is to take its place, perhaps one that
 * runs beside it in case it fails, and those that only finish the groups they have begun.
 */
export class Sources {
  readonly #events: SourceEvents;
  readonly #leaving = new Set<Source>();
  /** Nothing more is taken from these, of which their neighbours have not been told yet. */
  readonly #retired = new Set<Source>();
  #active: Source | undefined;
  #joining: Source | undefined;
  #spare: Source | undefined;

  constructor(events: SourceEvents) {
    this.#events = events;
  }

  get active(): Source | undefined {
    return this.#active;
  }

  get joining(): Source | undefined {
    return this.#joining;
  }

  /** Runs beside the active one all the time: whichever is first brings a frame. */
  get spare(): Source | undefined {
    return this.#spare;
  }

  /** The spare source, if it could take over. */
  get ready(): Source | undefined {
    return this.#spare?.verified ? this.#spare : undefined;
  }

  /** Links over which something is subscribed. */
  get links(): number[] {
    return this.all().map((source) => source.candidate.link);
  }

  isLeaving(source: Source): boolean {
    return this.#leaving.has(source);
  }

  /** Whether the rest of some group is under way. */
  get delivering(): boolean {
    return this.all().some(({ copies }) => [...copies.values()].some(({ group }) => group.open));
  }

  /** Gives up those that only finish groups and have sent nothing since then. Tells whether one was still needed. */
  giveUpSilent(time: number): boolean {
    let needed = false;
    for (const source of [...this.#leaving].filter(({ heardAt }) => heardAt < time)) {
      needed ||= [...source.copies.values()].some((copy) => this.#needs(copy));
      this.#leaving.delete(source);
      source.cancel();
    }
    return needed;
  }

  /** Whether some source is delivering this group. */
  delivers(group: Group): boolean {
    return this.all().some((source) => source.copies.has(group.sequence));
  }

  /** The source that this copy comes from. */
  of(copy: GroupCopy): Source | undefined {
    return this.all().find((source) => source.copies.get(copy.group.sequence) === copy);
  }

  /** @param from see `Source.from`. */
  begin(candidate: Candidate, request: SubscribeRequest, from: number): void {
    this.#active = new Source(candidate, request, from, this.#events);
  }

  /** Subscribes beside the active source, in place of whoever was joining. */
  join(candidate: Candidate, request: SubscribeRequest, from: number, now: number): void {
    this.#joining?.cancel();
    this.#joining = new Source(candidate, request, from, this.#events);
    this.#joining.heardAt = now;
  }

  /** Whether one that only asks the active one's neighbour again has heard nothing since then. */
  asksInVain(time: number): boolean {
    const { active, joining } = this;
    return joining !== undefined && joining.candidate.link === active?.candidate.link && joining.heardAt < time;
  }

  stopJoining(): void {
    this.#joining?.cancel();
    this.#joining = undefined;
  }

  /** Subscribes beside the active source for good. Nothing new is taken from it until it has been verified. */
  hold(candidate: Candidate, request: SubscribeRequest, now: number): void {
    this.#spare?.cancel();
    this.#spare = new Source(candidate, request, request.startGroup, this.#events);
    this.#spare.verified = false;
    this.#spare.heardAt = now;
  }

  stopSpare(): void {
    this.#spare?.cancel();
    this.#spare = undefined;
  }

  /**
   * The spare source takes over, and the one before takes its place, also when it is silent: it may be heard again, and what it
   * says then (that the track was replaced) must not be missed.
   */
  swap(): void {
    this.stopJoining();
    [this.#active, this.#spare] = [this.#spare, this.#active];
  }

  /** The joining source takes over; the one before finishes only what the new one does not deliver. */
  promote(now: number): void {
    const before = this.#active;
    this.#active = this.#joining;
    this.#joining = undefined;
    if (before) this.#leave(before, now);
  }

  #leave(source: Source, now: number): void {
    source.heardAt = now;
    this.#leaving.add(source);
    this.settle();
  }

  /** Lets those go that have nothing left to deliver which the active source does not. */
  settle(): void {
    if (this.#joining?.done && this.#joining.copies.size === 0) this.stopJoining();
    if (this.#spare?.done && this.#spare.copies.size === 0) this.stopSpare();
    for (const source of this.#leaving) {
      if ([...source.copies.values()].some((copy) => this.#needs(copy))) continue;
      this.#leaving.delete(source);
      source.cancel();
    }
  }

  /** Nobody but this copy's source brings the rest of its group. */
  #needs({ group }: GroupCopy): boolean {
    return group.open && !this.#active?.copies.has(group.sequence);
  }

  /** Takes a source out that ended by itself, and tells which part it had. */
  remove(source: Source): "active" | "joining" | "spare" | "leaving" {
    source.forget();
    if (source === this.#active) {
      this.#active = undefined;
      return "active";
    }
    if (source === this.#joining) {
      this.#joining = undefined;
      return "joining";
    }
    if (source === this.#spare) {
      this.#spare = undefined;
      return "spare";
    }
    this.#leaving.delete(source);
    return "leaving";
  }

  on(link: number): Source[] {
    return this.all().filter((source) => source.candidate.link === link);
  }

  cancel(): void {
    this.dismiss();
    for (const source of this.all()) source.cancel();
    this.#clear();
  }

  /** As `cancel`, but the neighbours are told when the one that begins next has been heard: by `dismiss`. */
  retire(now: number): void {
    for (const source of this.all()) {
      source.forget();
      source.heardAt = now;
      this.#retired.add(source);
    }
    this.#clear();
  }

  /** Tells the neighbours of those that were retired by this clock time; all of them if not given. */
  dismiss(time: number = Number.POSITIVE_INFINITY): void {
    for (const source of this.#retired) {
      if (source.heardAt > time) continue;
      this.#retired.delete(source);
      source.dismiss();
    }
  }

  #clear(): void {
    this.#active = undefined;
    this.#joining = undefined;
    this.#spare = undefined;
    this.#leaving.clear();
  }

  /** Every subscription that is held. */
  all(): Source[] {
    return [this.#active, this.#joining, this.#spare, ...this.#leaving].filter((source) => source !== undefined);
  }
}
