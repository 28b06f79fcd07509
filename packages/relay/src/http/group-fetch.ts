import { type Path, STREAM_CODE } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { Handle, SendEvents } from "@moq-relay/protocol/transport";
import type { Hub } from "../hub/index.ts";
import type { FetchBudget } from "./fetch-budget.ts";
import { PullFetcher } from "./pull-fetcher.ts";
import { PullSubscriber } from "./pull-subscriber.ts";
import { PulledGroup } from "./pulled-group.ts";

/** What a fetch is for. */
export interface GroupWanted {
  readonly broadcast: Path;
  readonly track: string;
  readonly group: number | "latest";
}

export interface GroupFetchOptions {
  readonly hub: Hub;
  /** Shared by all fetches. */
  readonly budget: FetchBudget;
  /** Bytes that may wait for one client. */
  readonly maxQueue: number;
}

/**
 * One group of a track as the payloads of its frames, in pieces of any size, for a reader that is no MoQ session. Resolves when
 * the group begins, or with "not found" when it is not to be had; the payloads end with the group. Whoever reads slowly holds
 * back its own answer only, and has it broken off when the group leaves the cache before it was read.
 */
export function fetchGroup(
  options: GroupFetchOptions,
  wanted: GroupWanted,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | "not found"> {
  return new Promise((resolve) => {
    const pull = new GroupPull(options, wanted, resolve);
    if (wanted.group === "latest") pull.subscribe();
    else pull.fetch(wanted.group);
    if (signal.aborted) pull.giveUp();
    else signal.addEventListener("abort", pull.giveUp, { once: true });
  });
}

/** One fetch on its way through the hub. */
class GroupPull {
  readonly #options: GroupFetchOptions;
  readonly #wanted: GroupWanted;
  readonly #answer: (answer: PulledGroup | "not found") => void;
  #cancel: Cancel | undefined;
  #taken: PulledGroup | undefined;
  /** Nothing is wanted of the hub any more. */
  #left = false;

  constructor(options: GroupFetchOptions, wanted: GroupWanted, answer: (answer: PulledGroup | "not found") => void) {
    this.#options = options;
    this.#wanted = wanted;
    this.#answer = answer;
  }

  /** By its number, whatever is live. A publisher that cannot be asked so may have it in answer to a subscription. */
  fetch(group: number): void {
    const { hub } = this.#options;
    const { broadcast, track } = this.#wanted;
    let failed = false;
    const fetcher = new PullFetcher({
      onGroup: this.#take,
      onFailed: (code) => {
        failed = true;
        if (this.#taken || this.#left) return;
        if (code === STREAM_CODE.notFound && !hub.canFetch(broadcast)) this.subscribe();
        else this.#refuse();
      },
    });
    const request = { broadcast, track, priority: 0, group, startFrame: 0, endFrame: undefined };
    const cancel = hub.fetch(request, fetcher);
    if (!failed) this.#hold(cancel);
  }

  /** From a subscription for this group, or for the latest and what follows. */
  subscribe(): void {
    const { broadcast, track, group } = this.#wanted;
    const subscriber = new PullSubscriber({
      onStarted: (first) => {
        if (group !== "latest" && first > group) this.#refuse();
      },
      wants: (sequence) => !this.#taken && !this.#left && (group === "latest" || sequence === group),
      onGroup: this.#take,
      onOver: () => this.#refuse(),
    });
    const range =
      group === "latest"
        ? ({ backlog: "latest", startGroup: 0, endGroup: undefined } as const)
        : ({ backlog: "all", startGroup: group, endGroup: group } as const);
    const request = { broadcast, track, priority: 0, maxAge: 0, startFrame: 0, endFrame: undefined, ...range };
    this.#hold(this.#options.hub.subscribe(request, subscriber).cancel);
  }

  /** The client has gone. */
  readonly giveUp = (): void => {
    this.#refuse();
    this.#taken?.reset();
  };

  readonly #take = (handle: Handle, events: SendEvents): PulledGroup => {
    const { budget, maxQueue } = this.#options;
    this.#taken = new PulledGroup(handle, events, { budget, maxQueue, onEnd: () => this.#leave() });
    this.#answer(this.#taken);
    return this.#taken;
  };

  #refuse(): void {
    if (this.#taken || this.#left) return;
    this.#answer("not found");
    this.#leave();
  }

  #leave(): void {
    this.#left = true;
    this.#cancel?.();
  }

  /** The hub may have answered before it gave the way to withdraw. */
  #hold(cancel: Cancel): void {
    if (this.#left) return cancel();
    this.#cancel = cancel;
  }
}
