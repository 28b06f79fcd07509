import type { SubscribeRequest, Subscriber, SubscribeUpdate } from "@moq-relay/protocol/session";
import type { Answer } from "./answer.ts";

/** One subscription of a peer: what it wants, and how far it has come. */
export class Reader {
  readonly subscriber: Subscriber;
  #request: SubscribeRequest;
  /** First group that it may get; undefined until the track is known to live. */
  #floor: number | undefined;

  constructor(subscriber: Subscriber, request: SubscribeRequest) {
    this.subscriber = subscriber;
    this.#request = request;
  }

  get request(): SubscribeRequest {
    return this.#request;
  }

  /** Set where it is given one group on a stream of its own, instead of what its track brings. */
  get answer(): Answer | undefined {
    return undefined;
  }

  get priority(): number {
    return this.#request.priority;
  }

  /** It has been told where its groups begin. */
  get started(): boolean {
    return this.#floor !== undefined;
  }

  update(update: SubscribeUpdate): void {
    this.#request = { ...this.#request, ...update };
    if (this.#floor !== undefined) this.#floor = Math.max(this.#floor, update.startGroup);
  }

  /** From `group` on groups are delivered. Tells the peer once; a later call cannot lower it. */
  start(group: number): void {
    if (this.#floor !== undefined) return;
    this.#floor = Math.max(group, this.#request.startGroup);
    this.subscriber.started(this.#floor);
  }

  /** Whether it is to get this group, from whichever frame. */
  wants(sequence: number): boolean {
    const { endGroup } = this.#request;
    return this.#floor !== undefined && sequence >= this.#floor && (endGroup === undefined || sequence <= endGroup);
  }

  /** Whether it is to get a datagram with this sequence. A track that has nothing else never says where its groups begin. */
  hears(sequence: number): boolean {
    const { startGroup, endGroup } = this.#request;
    const floor = this.#floor ?? startGroup;
    return sequence >= floor && (endGroup === undefined || sequence <= endGroup) && this.firstFrame(sequence) === 0;
  }

  /** First frame that it wants of a group. */
  firstFrame(sequence: number): number {
    return sequence === this.#request.startGroup ? this.#request.startFrame : 0;
  }

  /** Last frame that it wants of a group; Infinity for all. */
  lastFrame(sequence: number): number {
    const { endGroup, endFrame } = this.#request;
    return sequence === endGroup && endFrame !== undefined ? endFrame : Number.POSITIVE_INFINITY;
  }
}
