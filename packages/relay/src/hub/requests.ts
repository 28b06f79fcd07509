import type { Path } from "@moq-relay/protocol/model";
import type { SubscribeRequest } from "@moq-relay/protocol/session";
import type { Groups } from "./groups.ts";
import type { Reader } from "./reader.ts";

/** What a feed asks for upstream. */
export type Wanted = Omit<SubscribeRequest, "broadcast" | "track" | "publisher">;

/** The track, and what there is of its feed. */
export interface RequestsContext {
  readonly path: Path;
  readonly track: string;
  readonly readers: ReadonlySet<Reader>;
  readonly groups: Groups;
  /** Milliseconds that groups are worth having. */
  maxAge(): number;
}

/** The subscriptions upstream of one feed: what to ask for, as its readers and what is here of it are now. */
export class Requests {
  readonly #context: RequestsContext;

  constructor(context: RequestsContext) {
    this.#context = context;
  }

  get wanted(): Wanted {
    return wanted(this.#context.readers);
  }

  /**
   * For a track of which nothing is here yet. Who moves here from another way wants groups that do not exist yet; the one before
   * them is asked for too, because it is what the next reader begins with, and may be the only one for ever.
   */
  fresh(): SubscribeRequest {
    const { path, track } = this.#context;
    const want = this.wanted;
    // On 06 the age alone selects the backlog, so a wish for the latest group only is an age of zero.
    const maxAge = want.backlog === "latest" ? 0 : want.maxAge;
    const startGroup = want.endGroup === undefined ? Math.max(0, want.startGroup - 1) : want.startGroup;
    return { broadcast: path, track, ...want, startGroup, maxAge };
  }

  /** Beside a running one: everything from the next group on. */
  boundary(): SubscribeRequest {
    return this.#from((this.#context.groups.latest?.sequence ?? -1) + 1, 0);
  }

  /**
   * To go on where another stopped or will stop: from the last whole frame of the oldest group that is not complete. That frame
   * comes twice, and shows by its bytes that both routes lead to the same publisher.
   */
  resume(): SubscribeRequest {
    const { groups } = this.#context;
    const open = groups.sequences().find((sequence) => groups.get(sequence)?.open);
    if (open === undefined) return this.boundary();
    const { source } = groups.get(open)!;
    return this.#from(open, source.frameStart + Math.max(0, source.index.complete - 1));
  }

  /** See `Source.from`. A peer that cannot be asked for a start begins with its latest group. */
  expects({ startGroup }: SubscribeRequest): number {
    const { latest } = this.#context.groups;
    return latest ? Math.min(startGroup, latest.sequence) : 0;
  }

  #from(startGroup: number, startFrame: number): SubscribeRequest {
    const { path, track } = this.#context;
    const maxAge = this.#context.maxAge();
    return { broadcast: path, track, ...this.wanted, backlog: "all", startGroup, startFrame, maxAge };
  }
}

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
