import { STREAM_CODE } from "../../model/index.ts";
import { type BidiEvents, type BidiStream, CONTROL_PRIORITY } from "../../transport/index.ts";
import { type BidiKind, bidiKind, type Framer } from "../../wire/index.ts";
import { AnnounceServer } from "./announce-server.ts";
import { FetchServer } from "./fetch-server.ts";
import { GoawayReceiver } from "./goaway-receiver.ts";
import type { Begun } from "./incoming.ts";
import type { LiteSession } from "./lite-session.ts";
import { DEFAULT_LIMITS, probing } from "./options.ts";
import { ProbeServer } from "./probe-server.ts";
import { SubscribeServer } from "./subscribe-server.ts";
import { TrackServer } from "./track-server.ts";

/** What the peer has asked for and is being answered, by kind; each kind has its cap. */
export class PeerRequests {
  readonly listens: Set<AnnounceServer> = new Set();
  readonly subscriptions: Set<SubscribeServer> = new Set();
  readonly questions: Set<TrackServer> = new Set();
  readonly fetches: Set<FetchServer> = new Set();
  readonly probes: Set<ProbeServer> = new Set();
  /** Announcements that wait in all `listens` together. */
  untold = 0;
  readonly #session: LiteSession;
  readonly #subscriptionIds = new Set<number>();

  constructor(session: LiteSession) {
    this.#session = session;
  }

  /** Who answers a stream of this type; undefined for one that is refused. */
  readonly route = (type: number, stream: BidiStream, framer: Framer): (BidiEvents & Begun) | undefined => {
    const kind = bidiKind(type, this.#session.features);
    const request = kind && this.#begin(kind, stream, framer);
    // Answers go before all media, but for a fetch, which is media.
    if (request && kind !== "fetch") stream.send.setPriority(CONTROL_PRIORITY);
    return request;
  };

  #begin(kind: BidiKind, stream: BidiStream, framer: Framer): (BidiEvents & Begun) | undefined {
    const session = this.#session;
    const { maxListens, maxSubscriptions, maxProbes = DEFAULT_LIMITS.maxProbes } = session.options.limits;
    switch (kind) {
      case "announce":
        return admit(this.listens, maxListens, new AnnounceServer(session, stream, framer));
      case "subscribe":
        return admit(this.subscriptions, maxSubscriptions, new SubscribeServer(session, stream, framer));
      case "track":
        return admit(this.questions, maxSubscriptions, new TrackServer(session, stream, framer));
      case "fetch":
        return session.features.fetchServed ? this.#fetch(stream, framer) : undefined;
      case "probe":
        return probing(session.options).answer
          ? admit(this.probes, maxProbes, new ProbeServer(session, stream, framer))
          : undefined;
      case "goaway":
        return new GoawayReceiver(stream, framer, session.features, session.hearGoaway);
      default:
        return undefined;
    }
  }

  #fetch(stream: BidiStream, framer: Framer): BidiEvents & Begun {
    const { maxFetches = DEFAULT_LIMITS.maxFetches } = this.#session.options.limits;
    const request = new FetchServer(this.#session, stream, framer);
    if (this.fetches.size >= maxFetches) request.fail(STREAM_CODE.noCapacity);
    else this.fetches.add(request);
    return request;
  }

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
    for (const requests of [this.listens, this.subscriptions, this.questions, this.fetches, this.probes]) {
      for (const request of [...requests]) request.leave();
    }
  }
}

function admit<T>(requests: Set<T>, cap: number, request: T): T | undefined {
  if (requests.size >= cap) return undefined;
  requests.add(request);
  return request;
}
