import { type HopId, STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, Connection } from "../../transport/index.ts";
import {
  type Cursor,
  decodeSubscribe,
  decodeSubscribeUpdate,
  encodeDatagramHeader,
  encodeGroupHeader,
  encodeStreamType,
  encodeSubscribeReply,
  type FrameFormat,
  type Framer,
  MAX_DATAGRAM,
  type SubscribeReply,
  UNI,
  type Writer,
} from "../../wire/index.ts";
import type { Subscriber, SubscribeUpdate, Subscription, TrackInfo } from "../session.ts";
import type { LiteSession } from "./lite-session.ts";
import { encode, send } from "./output.ts";
import { type Progress, Request } from "./request.ts";
import { readTerms } from "./terms.ts";
import type { Updated } from "./throttle.ts";

/** A subscription of the peer (bidi 2): its requests in, our replies out. moq-lite 01-06, Subscribe. */
export class SubscribeServer extends Request implements BidiEvents, Subscriber, Updated {
  readonly #session: LiteSession;
  #id = -1;
  #priority = 0;
  #subscription: Subscription | undefined;
  #claimed = false;
  /** One more than the highest group that the peer was sent, and whether it was told END. */
  #reached = 0;
  #ended = false;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
  }

  get format(): FrameFormat {
    return this.#session.features.frames;
  }

  get connection(): Connection {
    return this.#session.connection;
  }

  get gone(): boolean {
    return this.#session.closed;
  }

  get peerHop(): HopId {
    return this.#session.peerHop;
  }

  get named(): boolean {
    return this.#session.peerHop !== this.#session.peer.stamp;
  }

  groupHeader(sequence: number, frameStart: number): Uint8Array {
    this.#reached = Math.max(this.#reached, sequence + 1);
    return encode((writer) => {
      encodeStreamType(writer, UNI.group);
      encodeGroupHeader(writer, { subscription: this.#id, sequence, frameStart }, this.#session.features);
    });
  }

  datagramHeader(sequence: number, timestamp: number, length: number): Uint8Array | undefined {
    if (this.#over || !this.#session.features.datagrams) return undefined;
    const header = encode((writer) => this.#writeDatagram(writer, sequence, timestamp));
    return header.length + length <= this.#maxDatagram ? header : undefined;
  }

  sendDatagram(sequence: number, timestamp: number, payload: Uint8Array): boolean {
    if (this.#over || !this.#session.features.datagrams) return false;
    const datagram = encode((writer) => {
      this.#writeDatagram(writer, sequence, timestamp);
      writer.raw(payload);
    });
    return datagram.length <= this.#maxDatagram && this.connection.sendDatagram(datagram);
  }

  accepted(info: TrackInfo): void {
    const { features } = this.#session;
    if (features.subscribeReply === "start") return;
    const { maxAge } = info;
    const terms = { priority: this.#priority, ordered: false, maxAge, startGroup: undefined, endGroup: undefined };
    this.#reply({ kind: "ok", ...terms });
  }

  started(group: number): void {
    if (this.#session.features.subscribeReply === "start") this.#reply({ kind: "start", group });
  }

  ended(group: number): void {
    if (this.#ended || this.#session.features.subscribeReply !== "start") return;
    this.#ended = true;
    // Some publishers on 05 name the last group, and mean it.
    this.#reply({ kind: "end", group: Math.max(group, this.#reached) });
  }

  dropped(first: number, last: number, error: number): void {
    const { subscribeReply } = this.#session.features;
    if (subscribeReply === "start" || subscribeReply === "ok") this.#reply({ kind: "drop", first, last, error });
  }

  finish(): void {
    if (this.#over) return;
    // Since 05 a FIN without END means that the supply failed.
    this.ended(this.#reached);
    this.#end();
    this.stream.send.finish();
  }

  fail(code: number): void {
    if (this.#over) return;
    this.#end();
    this.refuse(code);
  }

  protected override read(framer: Framer): Progress {
    const { features } = this.#session;
    const body = framer.message();
    if (!body) return "short";
    if (this.#id < 0) {
      this.#begin(body);
      return features.subscribeUpdate ? "taken" : "last";
    }
    const terms = readTerms(decodeSubscribeUpdate(body, features), features);
    if (!this.#over) this.#session.throttle.update(this, terms);
    return "taken";
  }

  apply(update: SubscribeUpdate): void {
    if (!this.#over) this.#subscription?.update(update);
  }

  #begin(body: Cursor): void {
    const { namesPublishers, features } = this.#session;
    const { id, broadcast, track, publisher, ...terms } = decodeSubscribe(body, features, namesPublishers);
    this.#id = id;
    this.#priority = terms.priority;
    if (!this.#session.requests.claimSubscription(id)) return this.refuse(STREAM_CODE.cancel);
    this.#claimed = true;
    const request = { broadcast, track, publisher, ...readTerms(terms, features) };
    const subscription = this.#session.handler.onSubscribe(request, this);
    if (!this.#over) this.#subscription = subscription;
  }

  protected override withdrawn(): void {
    this.leave();
    this.stream.send.finish();
  }

  leave(): void {
    if (this.#over) return;
    this.#end();
    this.#subscription?.cancel();
  }

  get #maxDatagram(): number {
    return Math.min(this.connection.maxDatagramSize, MAX_DATAGRAM);
  }

  #writeDatagram(writer: Writer, sequence: number, timestamp: number): void {
    this.#reached = Math.max(this.#reached, sequence + 1);
    encodeDatagramHeader(writer, { subscription: this.#id, sequence, timestamp }, this.#session.features);
  }

  #end(): void {
    this.#over = true;
    this.#session.requests.subscriptions.delete(this);
    this.#session.throttle.forget(this);
    if (this.#claimed) this.#session.requests.releaseSubscription(this.#id);
  }

  #reply(reply: SubscribeReply): void {
    if (this.#over) return;
    send(this.stream.send, (writer) => encodeSubscribeReply(writer, reply, this.#session.features));
  }
}
