import { streamCodeName } from "@moq-relay/protocol/model";
import type { SubscribeRequest, Subscriber, Subscription } from "@moq-relay/protocol/session";
import { isReserved, type RelayCore } from "moq-relay/assembly";
import type { Note } from "./counted-membership.ts";
import type { ProcessClock } from "./process-clock.ts";

/** Two subscriptions of one peer for one track may overlap so long, milliseconds: a move in mid-group, a route that is given up. */
const OVERLAP = 8_000;

/** Milliseconds without a word after which a peer cannot be expected to have given one up. */
const SILENT = 3_000;

interface Held {
  count: number;
  /** When there came to be so many, or the peer was heard again. */
  since: number;
  /** Milliseconds since the peer was heard. */
  readonly silence: () => number;
}

/** Which subscriptions each peer has here: no relay needs two for one track. */
export class UpstreamBook {
  readonly #clock: ProcessClock;
  readonly #silenceOf: (connection: number) => number;
  /** By peer and track. */
  readonly #held = new Map<string, Held>();

  readonly #note: Note;

  /** @param silenceOf milliseconds since the peer of a connection was heard. */
  constructor(hub: RelayCore["hub"], clock: ProcessClock, silenceOf: (connection: number) => number, note: Note) {
    this.#clock = clock;
    this.#silenceOf = silenceOf;
    this.#note = note;
    const subscribe = hub.subscribe.bind(hub);
    hub.subscribe = (request, subscriber) => this.#enter(request, subscriber, subscribe);
  }

  /** Tracks for which some peer has two subscriptions, and has had them for too long. */
  doubled(): string[] {
    const now = this.#clock.now();
    // What peers say to a process that does not get round to hearing it is no fault of theirs.
    for (const held of this.#held.values()) if (this.#clock.stalled || held.silence() > SILENT) held.since = now;
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
    const silence = (): number => this.#silenceOf(connection.handle);
    this.#count(key, 1, silence);
    const { startGroup, startFrame, backlog } = request;
    const who = `peer ${peerHop.toString(16)}: ${key}`;
    this.#note?.(`SUBSCRIBE by ${who} ${backlog} ${startGroup}/${startFrame}`);
    let held = true;
    const over = (): void => {
      if (held) this.#count(key, -1, silence);
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

  #count(key: string, by: number, silence: () => number): void {
    const held = this.#held.get(key) ?? { count: 0, since: 0, silence };
    held.count += by;
    held.since = this.#clock.now();
    if (held.count === 0) this.#held.delete(key);
    else this.#held.set(key, held);
  }
}
