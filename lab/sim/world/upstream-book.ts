import { type Clock, streamCodeName } from "@moq-relay/protocol/model";
import type { SubscribeRequest, Subscriber, Subscription } from "@moq-relay/protocol/session";
import { isReserved, type RelayCore } from "moq-relay/assembly";
import type { Note } from "./counted-membership.ts";

/** Two subscriptions of one peer for one track may overlap so long, milliseconds: a move in mid-group, a route that is given up. */
const OVERLAP = 8_000;

/** Which subscriptions each peer has here: no relay needs two for one track. */
export class UpstreamBook {
  readonly #clock: Clock;
  /** By peer and track; when there came to be more than one. */
  readonly #held = new Map<string, { count: number; since: number }>();

  readonly #note: Note;

  constructor(hub: RelayCore["hub"], clock: Clock, note: Note) {
    this.#clock = clock;
    this.#note = note;
    const subscribe = hub.subscribe.bind(hub);
    hub.subscribe = (request, subscriber) => this.#enter(request, subscriber, subscribe);
  }

  /** Tracks for which some peer has two subscriptions, and has had them for too long. */
  doubled(): string[] {
    const now = this.#clock.now();
    return [...this.#held].flatMap(([key, { count, since }]) => (count > 1 && now - since > OVERLAP ? [key] : []));
  }

  get size(): number {
    return this.#held.size;
  }

  #enter(
    request: SubscribeRequest,
    subscriber: Subscriber,
    subscribe: (request: SubscribeRequest, subscriber: Subscriber) => Subscription,
  ): Subscription {
    const { peerHop, connection, format } = subscriber;
    // How a node is its neighbours hear as long as there is a link.
    if (isReserved(request.broadcast)) return subscribe(request, subscriber);
    // Clients may subscribe as often as they like.
    const key = `${connection.handle} ${request.broadcast} ${request.track}`;
    this.#count(key, 1);
    const { startGroup, startFrame, backlog } = request;
    const who = `peer ${peerHop.toString(16)}: ${key}`;
    this.#note?.(`SUBSCRIBE by ${who} ${backlog} ${startGroup}/${startFrame}`);
    let held = true;
    const over = (): void => {
      if (held) this.#count(key, -1);
      held = false;
    };
    const subscription = subscribe(request, {
      format,
      connection,
      peerHop,
      get named() {
        return subscriber.named ?? false;
      },
      get gone() {
        return subscriber.gone ?? false;
      },
      groupHeader: (sequence, frameStart) => subscriber.groupHeader(sequence, frameStart),
      accepted: (info) => subscriber.accepted(info),
      started: (group) => subscriber.started(group),
      ended: (group) => subscriber.ended(group),
      dropped: (first, last, code) => subscriber.dropped(first, last, code),
      finish: () => {
        over();
        this.#note?.(`finished for ${who}`);
        subscriber.finish();
      },
      fail: (code) => {
        over();
        this.#note?.(`failed for ${who}, ${streamCodeName(code)}`);
        subscriber.fail(code);
      },
    });
    return {
      update: (update) => subscription.update(update),
      cancel: () => {
        over();
        this.#note?.(`cancelled by ${who}`);
        subscription.cancel();
      },
    };
  }

  #count(key: string, by: number): void {
    const held = this.#held.get(key) ?? { count: 0, since: 0 };
    held.count += by;
    held.since = this.#clock.now();
    if (held.count === 0) this.#held.delete(key);
    else this.#held.set(key, held);
  }
}
