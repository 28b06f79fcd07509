import { CLOSE_CODE, type HopId, type Path, STREAM_CODE } from "../../model/index.ts";
import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "../../transport/index.ts";
import { DEFAULT_TRACK_INFO, type FrameFormat, type Framer, UNI, uniKind, type Version } from "../../wire/index.ts";
import type {
  Cancel,
  Estimate,
  Fetching,
  FetchRequest,
  ListenEvents,
  NodeHello,
  Session,
  SessionHandler,
  SubscribeRequest,
  TrackInfoEvents,
  Upstream,
  UpstreamEvents,
} from "../session.ts";
import { Listening } from "./announce-client.ts";
import { Deadlines } from "./deadlines.ts";
import { LiteFetch } from "./fetch-client.ts";
import { sayGoaway } from "./goaway-sender.ts";
import { GroupReceiver } from "./group-receiver.ts";
import { Handshake } from "./handshake.ts";
import { PeerIdentity } from "./identity.ts";
import { type Begun, IncomingBidi, IncomingUni } from "./incoming.ts";
import { DEFAULT_LIMITS, type LiteOptions, probing } from "./options.ts";
import { PeerRequests } from "./peer-requests.ts";
import { ProbeQuestion } from "./probe-client.ts";
import { LiteUpstream } from "./subscribe-client.ts";
import { Throttle } from "./throttle.ts";
import { TrackQuestion } from "./track-client.ts";
import { Unheard } from "./unheard.ts";
import { Upstreams } from "./upstreams.ts";

/** What a link costs of which nobody says it (moq-lite-06, SETUP, Cost). */
const DEFAULT_LINK_COST = 1;

/**
 * One conversation in any version of moq-lite. It reads the type of each stream that the peer opens and hands it to whoever
 * knows that kind; how it begins is told in `handshake.ts`, what the peer asks for in `peer-requests.ts`, and what this side
 * asks for are objects of their own.
 */
export class LiteSession implements Session, ConnectionEvents {
  readonly id: number;
  readonly connection: Connection;
  readonly options: LiteOptions;
  readonly handler: SessionHandler;
  readonly peer: PeerIdentity;
  readonly requests: PeerRequests = new PeerRequests(this);
  readonly deadlines: Deadlines;
  readonly throttle: Throttle = new Throttle(this);
  readonly #handshake: Handshake;
  readonly #upstreams = new Upstreams();
  #closed = false;
  #draining = false;
  /** We have said GOAWAY. */
  #leaving = false;
  #estimate: Estimate | undefined;

  constructor(id: number, connection: Connection, handler: SessionHandler, options: LiteOptions) {
    this.id = id;
    this.connection = connection;
    this.handler = handler;
    this.options = options;
    this.peer = new PeerIdentity(options.freshHop());
    this.deadlines = new Deadlines(options.clock, () => options.limits.messageTimeout ?? DEFAULT_LIMITS.messageTimeout);
    this.#handshake = new Handshake(this, this.#whenReady);
  }

  /** Begins the handshake. Not in the constructor, since versions without one are ready at once. */
  start(): void {
    this.#handshake.begin();
  }

  /** What the agreed version has. Only to be asked once the session is ready. */
  get features(): Version {
    const { features } = this.#handshake;
    if (!features) throw new Error("the version is not agreed yet");
    return features;
  }

  get version(): string {
    const { over, features } = this.#handshake;
    return over && features ? features.name : "";
  }

  get format(): FrameFormat {
    return this.features.frames;
  }

  get peerHop(): HopId {
    return this.peer.hop;
  }

  get peerNode(): NodeHello | undefined {
    return this.peer.node;
  }

  get role(): Session["role"] {
    return this.peer.role;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get estimate(): Estimate | undefined {
    return this.#estimate;
  }

  get namedCost(): number | undefined {
    return this.options.linkCost ?? this.peer.cost;
  }

  /** What the link adds to the costs of routes that come by it. */
  get linkCost(): number {
    return this.namedCost ?? DEFAULT_LINK_COST;
  }

  /** Both sides have said that they are nodes of our kind. */
  get amongOurs(): boolean {
    return this.#handshake.saidHello && this.peer.node !== undefined;
  }

  /** Requests in both directions name the publisher that is meant. */
  get namesPublishers(): boolean {
    return this.amongOurs && this.peer.node?.namesPublishers === true;
  }

  /** Whether "nobody has it" can be believed from the peer by now. */
  get peerSettled(): boolean {
    return this.peer.settled(this.options.clock.now());
  }

  listen(prefix: Path, events: ListenEvents): Cancel {
    const listening = new Listening(this, prefix, events);
    return () => this.#closed || listening.cancel();
  }

  trackInfo(broadcast: Path, track: string, events: TrackInfoEvents): Cancel {
    if (!this.features.trackInfo) {
      events.onInfo(DEFAULT_TRACK_INFO);
      return () => {};
    }
    if (this.#draining) return this.#decline(() => events.onError(STREAM_CODE.goingAway)).cancel;
    const question = new TrackQuestion(this, { broadcast, track }, events);
    return () => this.#closed || question.cancel();
  }

  subscribe(request: SubscribeRequest, events: UpstreamEvents): Upstream {
    if (this.#draining) return this.#decline(() => events.onError(STREAM_CODE.goingAway));
    return new LiteUpstream(this, this.#upstreams, request, events);
  }

  get tellsStart(): boolean {
    return this.features.subscribeReply === "start";
  }

  get endsExactly(): boolean {
    return this.features.endStrict;
  }

  get canFetch(): boolean {
    return this.features.fetchServed;
  }

  fetch(request: FetchRequest, events: RecvEvents): Fetching {
    const refusal = this.#draining ? STREAM_CODE.goingAway : STREAM_CODE.notFound;
    if (this.#draining || !this.canFetch) return this.#decline(() => events.onReset(refusal));
    const fetching = new LiteFetch(this, request, events);
    return { frameStart: fetching.frameStart, cancel: () => this.#closed || fetching.cancel() };
  }

  goaway(uri = ""): boolean {
    if (!this.#handshake.over || this.#closed || this.#leaving || !this.features.goaway) return false;
    this.#leaving = true;
    sayGoaway(this.connection, this.features, uri);
    return true;
  }

  close(code: number, reason: string): void {
    if (!this.#closed) this.connection.close(code, reason);
  }

  /** The peer broke a rule on which the session stands. */
  readonly violation = (detail: string): void => {
    this.close(CLOSE_CODE.protocolViolation, detail);
  };

  readonly hearGoaway = (uri: string): void => {
    if (this.#draining) return this.violation("second goaway");
    this.#draining = true;
    this.handler.onGoaway(uri);
  };

  hearEstimate(estimate: Estimate): void {
    this.#estimate = estimate;
    this.handler.onEstimate?.(estimate);
  }

  onUni(stream: RecvStream): RecvEvents {
    const { deadlines, options } = this;
    return new IncomingUni(stream, { deadlines, maxMessage: options.limits.maxMessage, route: this.#routeUni });
  }

  onBidi(stream: BidiStream): BidiEvents {
    const exchange = this.#handshake.exchange(stream);
    if (exchange) return exchange;
    if (!this.throttle.mayRequest()) {
      stream.send.reset(STREAM_CODE.noCapacity);
      stream.recv.stop(STREAM_CODE.internal);
      return new Unheard();
    }
    const { over } = this.#handshake;
    const { deadlines, options, requests } = this;
    const arrival = { deadlines, maxMessage: options.limits.maxMessage, route: requests.route };
    const incoming = new IncomingBidi(stream, arrival, !over);
    if (!over) this.#handshake.hold(incoming);
    return incoming;
  }

  /** Nothing was asked for before the handshake was over, so no datagram can belong to it. */
  onDatagram(bytes: Uint8Array): void {
    if (this.#handshake.over) this.#upstreams.datagram(bytes, this.features);
  }

  onClosed(info: CloseInfo): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handshake.end();
    this.deadlines.stop();
    this.throttle.stop();
    this.requests.leave();
    this.#upstreams.clear();
    this.handler.onClosed(info);
  }

  /** A request that is not made: says so on a later turn, as a peer would. */
  #decline(tell: () => void): Fetching & Upstream {
    const timer = this.options.clock.after(0, () => this.#closed || tell());
    return { frameStart: 0, update: () => {}, cancel: () => timer.cancel() };
  }

  readonly #whenReady = (): void => {
    this.handler.onReady();
    // A peer that has a Setup says there whether it answers; on 03 and 04 one has to try.
    const answers = this.features.probe !== "none" && this.peer.probe !== "none";
    if (answers && probing(this.options).ask && !this.#closed) new ProbeQuestion(this);
  };

  readonly #routeUni = (type: number, stream: RecvStream, framer: Framer): (RecvEvents & Begun) | undefined => {
    const { features, over } = this.#handshake;
    if (features && uniKind(type, features) === "setup") return this.#handshake.setup(framer, features);
    // Nothing was asked for before the handshake was over, so no group can belong to it.
    if (type === UNI.group && over) return new GroupReceiver(stream, framer, this.features, this.#upstreams);
    return undefined;
  };
}
