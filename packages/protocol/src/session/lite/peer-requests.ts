import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import { bidiKind, type Framer } from "../../wire/index.ts";
import { AnnounceServer } from "./announce-server.ts";
import { GoawayReceiver } from "./goaway-receiver.ts";
import type { Begun } from "./incoming.ts";
import type { LiteSession } from "./lite-session.ts";
import { SubscribeServer } from "./subscribe-server.ts";
import { TrackServer } from "./track-server.ts";

/** What the peer has asked for and is being answered, by kind; each kind has its cap. */
export class PeerRequests {
  readonly listens: Set<AnnounceServer> = new Set();
  readonly subscriptions: Set<SubscribeServer> = new Set();
  readonly questions: Set<TrackServer> = new Set();
  readonly #session: LiteSession;
  readonly #subscriptionIds = new Set<number>();

  constructor(session: LiteSession) {
    this.#session = session;
  }

  /** Who answers a stream of this type; undefined for one that is refused. */
  readonly route = (type: number, stream: BidiStream, framer: Framer): (BidiEvents & Begun) | undefined => {
    const session = this.#session;
    const { maxListens, maxSubscriptions } = session.options.limits;
    switch (bidiKind(type, session.features)) {
      case "announce":
        return admit(this.listens, maxListens, new AnnounceServer(session, stream, framer));
      case "subscribe":
        return admit(this.subscriptions, maxSubscriptions, new SubscribeServer(session, stream, framer));
      case "track":
        return admit(this.questions, maxSubscriptions, new TrackServer(session, stream, framer));
      case "goaway":
        return new GoawayReceiver(stream, framer, session.features, session.hearGoaway);
      default:
        return undefined;
    }
  };

  /** Whether the peer may have one more subscription, under this id. */
  claimSubscription(id: number): boolean {
    const { maxSubscriptions } = this.#session.options.limits;
    if (this.#subscriptionIds.has(id) || this.subscriptions.size > maxSubscriptions) return false;
    this.#subscriptionIds.add(id);
    return true;
  }

  releaseSubscription(id: number): void {
    this.#subscriptionIds.delete(id);
  }

  /** The session has ended: withdraws everything. */
  leave(): void {
    for (const requests of [this.listens, this.subscriptions, this.questions]) {
      for (const request of [...requests]) request.leave();
    }
  }
}

function admit<T>(requests: Set<T>, cap: number, request: T): T | undefined {
  if (requests.size >= cap) return undefined;
  requests.add(request);
  return request;
}
