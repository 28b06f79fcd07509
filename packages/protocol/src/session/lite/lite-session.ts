import { CLOSE_CODE, type HopId, NO_HOP, type Path, type Timer } from "../../model/index.ts";
import {
  type BidiEvents,
  type BidiStream,
  type CloseInfo,
  CONTROL_PRIORITY,
  type Connection,
  type ConnectionEvents,
  type RecvEvents,
  type RecvStream,
} from "../../transport/index.ts";
import {
  BIDI,
  bidiKind,
  DEFAULT_TRACK_INFO,
  EMPTY_SETUP,
  encodeGoaway,
  encodeSetup,
  encodeStreamType,
  type FrameFormat,
  type Framer,
  type Setup,
  UNI,
  uniKind,
  type Version,
  versionOfAlpn,
} from "../../wire/index.ts";
import type {
  Cancel,
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
import { AnnounceServer } from "./announce-server.ts";
import { Deaf } from "./deaf.ts";
import { SetupExchange } from "./exchange.ts";
import { GoawayReceiver } from "./goaway-receiver.ts";
import { GroupReceiver } from "./group-receiver.ts";
import { type Begun, IncomingBidi, IncomingUni } from "./incoming.ts";
import { helloParameter, readHello } from "./node-hello.ts";
import type { LiteOptions } from "./options.ts";
import { send } from "./output.ts";
import { SetupReceiver } from "./setup-receiver.ts";
import { LiteUpstream } from "./subscribe-client.ts";
import { SubscribeServer } from "./subscribe-server.ts";
import { TrackQuestion } from "./track-client.ts";
import { TrackServer } from "./track-server.ts";
import { Upstreams } from "./upstreams.ts";

/**
 * One conversation in any version of moq-lite. It agrees on the version, reads the type of each stream that the peer opens
 * and hands it to whoever knows that kind; what this side asks for are objects of their own.
 */
export class LiteSession implements Session, ConnectionEvents {
  readonly id: number;
  readonly connection: Connection;
  readonly options: LiteOptions;
  readonly handler: SessionHandler;
  /** Requests of the peer that are being answered. */
  readonly listens: Set<AnnounceServer> = new Set();
  readonly subscriptions: Set<SubscribeServer> = new Set();
  readonly questions: Set<TrackServer> = new Set();
  /** Stands for this peer where it names nobody; see `chain.ts`. */
  readonly stamp: HopId;
  readonly #upstreams = new Upstreams();
  readonly #subscriptionIds = new Set<number>();
  #early: IncomingBidi[] = [];
  #features: Version | undefined;
  #ready = false;
  #closed = false;
  #exchanging = false;
  #setupSeen = false;
  #peerHop: HopId;
  #peerNode: NodeHello | undefined;
  #helloAt = 0;
  #saidHello = false;
  #role: Session["role"] = "both";
  #peerCost: number | undefined;
  #draining = false;
  #deadline: Timer | undefined;

  constructor(id: number, connection: Connection, handler: SessionHandler, options: LiteOptions) {
    this.id = id;
    this.connection = connection;
    this.handler = handler;
    this.options = options;
    this.stamp = options.freshHop();
    this.#peerHop = this.stamp;
    this.#features = versionOfAlpn(connection.info.protocol);
  }

  /** Begins the handshake. Not in the constructor, since versions without one are ready at once. */
  start(): void {
    const { clock, limits } = this.options;
    this.#deadline = clock.after(limits.handshakeTimeout, () => this.close(CLOSE_CODE.timeout, "no setup in time"));
    if (this.#features?.setup === "stream") this.#sendSetup(this.#features);
    else if (this.#features) this.#becomeReady();
  }

  /** What the agreed version has. Only to be asked once the session is ready. */
  get features(): Version {
    if (!this.#features) throw new Error("the version is not agreed yet");
    return this.#features;
  }

  get version(): string {
    return this.#ready && this.#features ? this.#features.name : "";
  }

  get format(): FrameFormat {
    return this.features.frames;
  }

  get peerHop(): HopId {
    return this.#peerHop;
  }

  get peerNode(): NodeHello | undefined {
    return this.#peerNode;
  }

  get role(): Session["role"] {
    return this.#role;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get linkCost(): number {
    return this.#peerCost ?? this.options.linkCost;
  }

  /** Both sides have said that they are nodes of our kind. */
  get amongOurs(): boolean {
    return this.#saidHello && this.#peerNode !== undefined;
  }

  /** Whether "nobody has it" can be believed from the peer by now. */
  get peerSettled(): boolean {
    return this.options.clock.now() - this.#helloAt >= (this.#peerNode?.settling ?? 0);
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
    const { maxMessage } = this.options.limits;
    const question = new TrackQuestion(this.connection, this.features, { broadcast, track }, events, maxMessage);
    return () => this.#closed || question.cancel();
  }

  subscribe(request: SubscribeRequest, events: UpstreamEvents): Upstream {
    const { maxMessage } = this.options.limits;
    return new LiteUpstream(this.connection, this.features, this.#upstreams, request, events, maxMessage);
  }

  goaway(uri: string): void {
    if (!this.#ready || this.#closed || !this.features.goaway) return;
    const stream = this.connection.openBidi(CONTROL_PRIORITY, new Unheard());
    send(stream.send, (writer) => {
      encodeStreamType(writer, BIDI.goaway);
      encodeGoaway(writer, { uri }, this.features);
    });
    stream.send.finish();
  }

  close(code: number, reason: string): void {
    if (!this.#closed) this.connection.close(code, reason);
  }

  /** On 04 and 05 the peer tells who it is with its first announce request. */
  learnHop(hop: HopId): void {
    if (hop !== NO_HOP && this.#peerHop === this.stamp) this.#peerHop = hop;
  }

  /** Whether the peer may have one more subscription, under this id. */
  claimSubscription(id: number): boolean {
    if (this.#subscriptionIds.has(id) || this.subscriptions.size > this.options.limits.maxSubscriptions) return false;
    this.#subscriptionIds.add(id);
    return true;
  }

  releaseSubscription(id: number): void {
    this.#subscriptionIds.delete(id);
  }

  onUni(stream: RecvStream): RecvEvents {
    return new IncomingUni(stream, this.options.limits.maxMessage, this.#routeUni);
  }

  onBidi(stream: BidiStream): BidiEvents {
    const { maxMessage } = this.options.limits;
    if (!this.#features && !this.#exchanging) {
      this.#exchanging = true;
      return new SetupExchange(stream, maxMessage, this.#agree, (code, reason) => this.close(code, reason));
    }
    const incoming = new IncomingBidi(stream, maxMessage, !this.#ready, this.#routeBidi);
    if (!this.#ready) this.#early.push(incoming);
    return incoming;
  }

  /** Datagrams are not forwarded by this version. */
  onDatagram(): void {}

  onClosed(info: CloseInfo): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.cancel();
    for (const requests of [this.listens, this.subscriptions, this.questions]) {
      for (const request of [...requests]) request.leave();
    }
    this.#upstreams.clear();
    this.#early = [];
    this.handler.onClosed(info);
  }

  readonly #agree = (version: Version): void => {
    this.#features = version;
    this.#becomeReady();
  };

  readonly #routeUni = (type: number, stream: RecvStream, framer: Framer): (RecvEvents & Begun) | undefined => {
    const kind = this.#features && uniKind(type, this.#features);
    if (kind === "setup") return new SetupReceiver(framer, this.features, this.#hearSetup, this.#violation);
    // Nothing was asked for before the handshake was over, so no group can belong to it.
    if (type === UNI.group && this.#ready) return new GroupReceiver(stream, framer, this.features, this.#upstreams);
    return undefined;
  };

  readonly #routeBidi = (type: number, stream: BidiStream, framer: Framer): (BidiEvents & Begun) | undefined => {
    const { limits } = this.options;
    switch (bidiKind(type, this.features)) {
      case "announce":
        return this.#admit(this.listens, limits.maxListens, new AnnounceServer(this, stream, framer));
      case "subscribe":
        return this.#admit(this.subscriptions, limits.maxSubscriptions, new SubscribeServer(this, stream, framer));
      case "track":
        return this.#admit(this.questions, limits.maxSubscriptions, new TrackServer(this, stream, framer));
      case "goaway":
        return new GoawayReceiver(stream, framer, this.features, this.#hearGoaway);
      default:
        return undefined;
    }
  };

  #admit<T>(requests: Set<T>, cap: number, request: T): T | undefined {
    if (requests.size >= cap) return undefined;
    requests.add(request);
    return request;
  }

  readonly #hearSetup = (setup: Setup): void => {
    if (this.#setupSeen) return this.#violation("second setup");
    this.#setupSeen = true;
    this.#peerCost = setup.cost;
    this.#role = setup.role;
    if (setup.hop !== NO_HOP) this.#peerHop = setup.hop;
    this.#peerNode = readHello(setup.others);
    this.#helloAt = this.options.clock.now();
    this.#becomeReady();
  };

  readonly #hearGoaway = (uri: string): void => {
    if (this.#draining) return this.#violation("second goaway");
    this.#draining = true;
    this.handler.onGoaway(uri);
  };

  readonly #violation = (detail: string): void => {
    this.close(CLOSE_CODE.protocolViolation, detail);
  };

  #sendSetup(version: Version): void {
    const hello = this.options.hello();
    this.#saidHello = hello !== undefined;
    const stream = this.connection.openUni(CONTROL_PRIORITY, new Unheard());
    send(stream, (writer) => {
      encodeStreamType(writer, UNI.setup);
      const others = hello ? [helloParameter(hello)] : [];
      encodeSetup(writer, { ...EMPTY_SETUP, hop: this.options.hop, others }, version);
    });
    stream.finish();
  }

  #becomeReady(): void {
    if (this.#ready || this.#closed) return;
    this.#ready = true;
    this.#deadline?.cancel();
    this.handler.onReady();
    const early = this.#early;
    this.#early = [];
    for (const stream of early) stream.release();
  }
}

/** A stream that only says something. */
class Unheard extends Deaf implements BidiEvents {
  onData(): void {}
  onFin(): void {}
  onReset(): void {}
}
