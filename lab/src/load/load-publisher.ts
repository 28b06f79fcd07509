import type {
  BidiEvents,
  BidiStream,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
  SendStream,
} from "@moq-relay/protocol/transport";
import {
  BIDI,
  type Cursor,
  decodeAnnounceRequest,
  decodeSubscribe,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeFrameHeader,
  encodeGroupHeader,
  encodeStreamType,
  encodeSubscribeReply,
  UNI,
  Writer,
} from "@moq-relay/protocol/wire";
import { QUIET_SENDER, readRequest } from "./bidi-requests.ts";
import { describeTrack, introduce } from "./introduce.ts";
import { BROADCAST, microseconds, VERSION } from "./load-track.ts";

/** What the publisher sends: frames a second, bytes of a frame, frames of a group. */
export interface LoadFeed {
  readonly frameRate: number;
  readonly frameSize: number;
  readonly groupSize: number;
  /** Its name; `BROADCAST` when none is given. */
  readonly broadcast?: string;
  /** Milliseconds that its groups stay worth having; the default of moq-lite when not given. */
  readonly maxAge?: number;
}

/** Publishes one track at a steady rate, to the relay that it is connected to, while that relay subscribes. */
export class LoadPublisher implements ConnectionEvents {
  /** Frames written since the relay subscribed. */
  frames = 0;
  /** Whether the relay has asked for the broadcast's announcement: others can find it now. */
  announced = false;
  closed = false;
  readonly #connection: Connection;
  readonly #feed: LoadFeed;
  readonly #payload: Uint8Array;
  readonly #writer: Writer;
  /** The id of the relay's subscription, and where it is. */
  #subscription: number | undefined;
  #stream: BidiStream | undefined;
  #group: SendStream | undefined;
  #sequence = 0;
  #previous = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, feed: LoadFeed) {
    this.#connection = connection;
    this.#feed = feed;
    this.#payload = new Uint8Array(feed.frameSize).fill(0x5a);
    this.#writer = new Writer(feed.frameSize + 64);
    introduce(connection, { role: "publisher" });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#connection.close(0, "");
  }

  onUni(_stream: RecvStream): RecvEvents {
    return { onData() {}, onFin() {}, onReset() {} };
  }

  onBidi(stream: BidiStream): BidiEvents {
    return readRequest(
      stream,
      (type, body) => this.#answer(type, body, stream),
      () => this.#withdraw(stream),
    );
  }

  onDatagram(): void {}

  onClosed(): void {
    clearInterval(this.#timer);
    this.closed = true;
  }

  #answer(type: number, body: Cursor, stream: BidiStream): void {
    if (type === BIDI.announce) this.#announce(body, stream);
    else if (type === BIDI.track) describeTrack(stream, this.#feed.maxAge);
    else if (type === BIDI.subscribe) this.#serve(body, stream);
    else stream.send.reset(1);
  }

  #announce(body: Cursor, stream: BidiStream): void {
    const { prefix } = decodeAnnounceRequest(body, VERSION);
    const writer = this.#writer.clear();
    const known = prefix === "";
    encodeAnnounceOk(writer, { hop: 0n, activeCount: known ? 1 : 0 }, VERSION);
    const suffix = this.#feed.broadcast ?? BROADCAST;
    if (known) encodeAnnouncement(writer, { kind: "start", suffix, hops: [], cost: { warm: 0, cold: 0 } }, VERSION);
    stream.send.write(writer.view());
    this.announced ||= known;
  }

  #serve(body: Cursor, stream: BidiStream): void {
    this.#endGroup();
    this.#subscription = decodeSubscribe(body, VERSION).id;
    this.#stream = stream;
    const writer = this.#writer.clear();
    encodeSubscribeReply(writer, { kind: "start", group: this.#sequence }, VERSION);
    stream.send.write(writer.view());
    this.#timer ??= setInterval(() => this.#tick(), 1000 / this.#feed.frameRate);
  }

  #withdraw(stream: BidiStream): void {
    stream.send.finish();
    if (stream !== this.#stream) return;
    this.#endGroup();
    this.#subscription = undefined;
  }

  #tick(): void {
    if (this.#subscription === undefined) return;
    const writer = this.#writer.clear();
    if (this.#group === undefined) this.#beginGroup(writer, this.#subscription);
    const now = microseconds();
    encodeFrameHeader(writer, { delta: now - this.#previous, length: this.#payload.length }, VERSION.frames);
    writer.raw(this.#payload);
    this.#previous = now;
    this.#group?.write(writer.view());
    this.frames += 1;
    if (this.frames % this.#feed.groupSize === 0) this.#endGroup();
  }

  #beginGroup(writer: Writer, subscription: number): void {
    this.#group = this.#connection.openUni(0, QUIET_SENDER);
    encodeStreamType(writer, UNI.group);
    encodeGroupHeader(writer, { subscription, sequence: this.#sequence, frameStart: 0 }, VERSION);
    this.#previous = 0;
  }

  #endGroup(): void {
    if (this.#group === undefined) return;
    this.#group.finish();
    this.#group = undefined;
    this.#sequence += 1;
  }
}
