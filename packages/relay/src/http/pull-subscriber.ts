import { type HopId, NO_HOP } from "@moq-relay/protocol/model";
import type { FrameFormat, Subscriber } from "@moq-relay/protocol/session";
import type { Carrier, Handle } from "@moq-relay/protocol/transport";
import { PullCarrier, type PullStreams } from "./pull-carrier.ts";

/** What somebody who pulls hears of a subscription. */
export interface PullEvents extends PullStreams {
  /** No group below this one will come. */
  onStarted(group: number): void;
  /** A group begins: whether it is wanted. */
  wants(sequence: number): boolean;
  /** The track is over, or the subscription was refused or broken off. */
  onOver(): void;
}

/** A subscriber without a peer, which takes groups at its own pace: to the hub a connection like any other. */
export class PullSubscriber implements Subscriber {
  readonly format: FrameFormat = "plain";
  readonly peerHop: HopId = NO_HOP;
  readonly connection: { carrier: Carrier; handle: Handle };
  readonly #carrier: PullCarrier;
  readonly #events: PullEvents;

  constructor(events: PullEvents) {
    this.#events = events;
    this.#carrier = new PullCarrier(events);
    this.connection = { carrier: this.#carrier, handle: 1 };
  }

  groupHeader(sequence: number): Uint8Array {
    this.#carrier.wanted = this.#events.wants(sequence);
    return NOTHING;
  }

  accepted(): void {}

  started(group: number): void {
    this.#events.onStarted(group);
  }

  ended(): void {}
  dropped(): void {}

  finish(): void {
    this.#events.onOver();
  }

  fail(): void {
    this.#events.onOver();
  }
}

const NOTHING = new Uint8Array(0);
