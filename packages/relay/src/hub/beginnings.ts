import type { Clock } from "@moq-relay/protocol/model";
import { deliverBacklog, deliverFrom } from "./delivery.ts";
import { START_PATIENCE } from "./feed-context.ts";
import type { Groups } from "./groups.ts";
import type { Reader } from "./reader.ts";
import type { Source } from "./source.ts";

/** What there is of a feed. */
export interface BeginningsContext {
  readonly clock: Clock;
  readonly readers: ReadonlySet<Reader>;
  readonly groups: Groups;
  /** The source in use; undefined when the feed is over, too. */
  active(): Source | undefined;
  /** Milliseconds that groups are worth having. */
  maxAge(): number;
}

/**
 * Tells each reader of a feed, once, where its groups begin (moq-lite-05 and -06, SUBSCRIBE_START), and gives it what is here
 * from there on. The publisher's own word is waited for where groups before the first that came may be on their way.
 */
export class Beginnings {
  readonly #context: BeginningsContext;
  /** Who has been waited for to say where it begins. */
  #awaited: Source | undefined;

  constructor(context: BeginningsContext) {
    this.#context = context;
  }

  /** A reader has come: gives it what is here, from where it may begin. */
  joined(reader: Reader): void {
    const { groups, clock } = this.#context;
    const active = this.#context.active();
    const [lowest] = groups.sequences();
    if (lowest === undefined) {
      if (active?.floor !== undefined) reader.start(active.floor);
    } else if (active && mayBeginEarlier(reader, active, lowest)) this.#await(active);
    else deliverBacklog(reader, groups, clock.now(), this.#context.maxAge(), active?.floor);
  }

  /** The source in use said that it begins with this group. */
  said(group: number): void {
    for (const reader of this.#context.readers) {
      if (!reader.started) this.#start(reader, group);
    }
  }

  /** This source is the one in use from now on, and where readers begin was to be said by the one before. */
  tookOver(source: Source): void {
    const [lowest] = this.#context.groups.sequences();
    if (lowest === undefined || [...this.#context.readers].every(({ started }) => started)) return;
    if (source.floor === undefined) this.#await(source);
    else this.said(Math.min(source.floor, lowest));
  }

  /** A group has come from this source, the newest in `groups`. Gives the readers that get it from its first frame here on. */
  came(source: Source, sequence: number): Reader[] {
    const ready: Reader[] = [];
    let waiting = false;
    for (const reader of this.#context.readers) {
      if (!reader.started && mayBeginEarlier(reader, source, sequence)) waiting = true;
      else if (!reader.started && this.#context.groups.size > 1) this.#start(reader, sequence);
      else {
        reader.start(sequence);
        if (reader.wants(sequence)) ready.push(reader);
      }
    }
    if (waiting) this.#await(source);
    return ready;
  }

  /** Somebody wants more of the past than is here: the publisher may be about to say that it comes. */
  #await(source: Source): void {
    if (this.#awaited === source) return;
    this.#awaited = source;
    this.#context.clock.after(START_PATIENCE, () => {
      const [lowest] = this.#context.groups.sequences();
      if (lowest === undefined || source !== this.#context.active()) return;
      source.floor ??= lowest;
      this.said(source.floor);
    });
  }

  /** What came before it was known where the reader begins is here already. */
  #start(reader: Reader, group: number): void {
    reader.start(group);
    deliverFrom(reader, this.#context.groups, 0);
  }
}

/**
 * Whether groups before `sequence`, the first that is here, may be on their way to this reader: streams overtake each other,
 * and the publisher, who will say where it begins, has not said so yet.
 */
function mayBeginEarlier({ request }: Reader, source: Source, sequence: number): boolean {
  if (source.floor !== undefined || request.backlog === "latest") return false;
  return source.candidate.supplier.tellsStart && sequence > Math.max(request.startGroup, source.asked);
}
