import { type HopId, NO_HOP } from "@moq-relay/protocol/model";
import type { Fetcher, FrameFormat } from "@moq-relay/protocol/session";
import type { Carrier, Handle, SendEvents, SendStream } from "@moq-relay/protocol/transport";
import { PullCarrier, type PullStreams } from "./pull-carrier.ts";

/** What somebody who pulls hears of a fetch. */
export interface PullFetchEvents extends PullStreams {
  /** It is not to be had, for this stream code; or, once it has begun, was broken off. */
  onFailed(code: number): void;
}

/** A fetch without a peer, which takes its group at its own pace. */
export class PullFetcher implements Fetcher {
  readonly format: FrameFormat = "plain";
  readonly peerHop: HopId = NO_HOP;
  readonly connection: { carrier: Carrier; handle: Handle };
  readonly #carrier: PullCarrier;
  readonly #events: PullFetchEvents;

  constructor(events: PullFetchEvents) {
    this.#events = events;
    this.#carrier = new PullCarrier(events);
    this.connection = { carrier: this.#carrier, handle: 1 };
  }

  accept(events: SendEvents): SendStream {
    return this.#carrier.begin(events);
  }

  fail(code: number): void {
    this.#carrier.clear();
    this.#events.onFailed(code);
  }
}
