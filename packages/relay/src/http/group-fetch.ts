import type { Path } from "@moq-relay/protocol/model";
import type { Subscription } from "@moq-relay/protocol/session";
import type { Hub } from "../hub/index.ts";
import type { FetchBudget } from "./fetch-budget.ts";
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
  { hub, budget, maxQueue }: GroupFetchOptions,
  { broadcast, track, group }: GroupWanted,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | "not found"> {
  return new Promise((resolve) => {
    // The hub may answer before it has given the subscription.
    let subscription: Subscription | undefined;
    let taken: PulledGroup | undefined;
    let refused = false;
    const leave = (): void => subscription?.cancel();
    const refuse = (): void => {
      if (taken || refused) return;
      refused = true;
      resolve("not found");
      leave();
    };
    const subscriber = new PullSubscriber({
      onStarted: (first) => {
        if (group !== "latest" && first > group) refuse();
      },
      wants: (sequence) => !taken && !refused && (group === "latest" || sequence === group),
      onGroup: (handle, events) => {
        taken = new PulledGroup(handle, events, { budget, maxQueue, onEnd: leave });
        resolve(taken);
        return taken;
      },
      onOver: refuse,
    });
    const range =
      group === "latest"
        ? ({ backlog: "latest", startGroup: 0, endGroup: undefined } as const)
        : ({ backlog: "all", startGroup: group, endGroup: group } as const);
    const request = { broadcast, track, priority: 0, maxAge: 0, startFrame: 0, endFrame: undefined, ...range };
    subscription = hub.subscribe(request, subscriber);
    if (refused || taken?.over) return leave();
    const giveUp = (): void => {
      refuse();
      taken?.reset();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}
