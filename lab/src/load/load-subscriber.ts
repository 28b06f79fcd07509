import {
  type BidiEvents,
  type BidiStream,
  type CloseInfo,
  CONTROL_PRIORITY,
  type Connection,
  type ConnectionEvents,
  type RecvEvents,
  type RecvStream,
} from "@moq-relay/protocol/transport";
import {
  BIDI,
  DEFAULT_TRACK_INFO,
  decodeGroupHeader,
  encodeStreamType,
  encodeSubscribe,
  Framer,
  FrameScanner,
  UNI,
  Writer,
} from "@moq-relay/protocol/wire";
import { QUIET_SENDER, readRequest } from "./bidi-requests.ts";
import { announceNothing, introduce } from "./introduce.ts";
import type { LatencyHistogram } from "./latency-histogram.ts";
import { BROADCAST, MAX_MESSAGE, microseconds, TRACK, VERSION } from "./load-track.ts";

/** What all subscribers of a run have got. */
export interface Delivered {
  frames: number;
  /** Bytes of payload. */
  bytes: number;
  /** Groups that were abandoned by the relay. */
  resets: number;
  /** Sessions that ended without being asked to. */
  lost: number;
  readonly latency: LatencyHistogram;
}

/** A frame by its group, and its place there. */
export interface Position {
  readonly group: number;
  readonly frame: number;
}

/** A subscriber that looks at no more of a frame than its header: many of them cost little. */
export class LoadSubscriber implements ConnectionEvents {
  /** Frames that came to this one. */
  frames = 0;
  /** Hears of each whole frame: its group, and its place there. */
  onFrame: ((group: number, frame: number) => void) | undefined;
  /** Called once: the relay says that it goes away, or the connection has ended. */
  onLeave: (() => void) | undefined;
  /** Hears that its subscription was refused, or ended before its time. */
  onRefused: (() => void) | undefined;
  readonly #connection: Connection;
  readonly #delivered: Delivered;
  readonly #broadcast: string;
  readonly #pace: number;
  #asked = 0;
  /** Clock time until which what has come was enough. */
  #sated = 0;
  #closing = false;

  /**
   * @param pace bits per second that it takes of what comes; 0 for a dead one.
   * @param from where to go on; the latest group when it is not given.
   */
  constructor(
    connection: Connection,
    delivered: Delivered,
    broadcast: string = BROADCAST,
    pace: number = Number.POSITIVE_INFINITY,
    from: Position | undefined = undefined,
  ) {
    this.#connection = connection;
    this.#delivered = delivered;
    this.#broadcast = broadcast;
    this.#pace = pace;
    introduce(connection, { role: "subscriber" });
    this.subscribe(from);
  }

  /** Subscribes, or subscribes again. @param from where to go on; the latest group when it is not given. */
  subscribe(from: Position | undefined): void {
    const writer = new Writer();
    encodeStreamType(writer, BIDI.subscribe);
    const { group, frame } = from ?? { group: 0, frame: 0 };
    const maxAge = from === undefined ? 0 : DEFAULT_TRACK_INFO.maxAge;
    const terms = { priority: 0, ordered: false, maxAge, startGroup: group, endGroup: undefined };
    const what = { id: this.#asked++, broadcast: this.#broadcast, track: TRACK };
    encodeSubscribe(writer, { ...what, ...terms, startFrame: frame, endFrame: undefined }, VERSION);
    const onReset = () => {
      this.countReset();
      this.onRefused?.();
    };
    const replies: BidiEvents = { ...QUIET_SENDER, onData() {}, onFin() {}, onReset };
    this.#connection.openBidi(CONTROL_PRIORITY, replies).send.write(writer.view());
  }

  close(): void {
    this.#closing = true;
    this.#connection.close(0, "");
  }

  onUni(stream: RecvStream): RecvEvents {
    if (this.#pace === 0) stream.pause();
    return new GroupReader(stream, this);
  }

  onBidi(stream: BidiStream): BidiEvents {
    const answer = (type: number) => {
      if (type === BIDI.announce) announceNothing(stream);
      else if (type === BIDI.goaway) this.#leave();
    };
    return readRequest(stream, answer, () => stream.send.finish());
  }

  onDatagram(): void {}

  onClosed(_info: CloseInfo): void {
    if (this.#closing) return;
    this.#delivered.lost += 1;
    this.#leave();
  }

  /** Notes a whole frame. */
  count(payload: number, sentAt: number, group: number, frame: number): void {
    this.frames += 1;
    this.onFrame?.(group, frame);
    const { latency } = this.#delivered;
    this.#delivered.frames += 1;
    this.#delivered.bytes += payload;
    latency.record((microseconds() - sentAt) / 1000);
  }

  /** A slow one looks away after each piece for as long as that was worth. */
  took(bytes: number, stream: RecvStream): void {
    if (this.#pace === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    this.#sated = Math.max(now, this.#sated) + (bytes * 8_000) / this.#pace;
    stream.pause();
    setTimeout(() => !this.#closing && stream.resume(), this.#sated - now);
  }

  countReset(): void {
    this.#delivered.resets += 1;
  }

  #leave(): void {
    const { onLeave } = this;
    this.onLeave = undefined;
    onLeave?.();
  }
}

/** Reads one group stream: header, then frames up to their end. */
class GroupReader implements RecvEvents {
  readonly #stream: RecvStream;
  readonly #subscriber: LoadSubscriber;
  readonly #framer = new Framer(MAX_MESSAGE);
  #scanner: FrameScanner | undefined;
  #type: number | undefined;
  #payload = 0;
  #group = 0;
  #frame = 0;

  constructor(stream: RecvStream, subscriber: LoadSubscriber) {
    this.#stream = stream;
    this.#subscriber = subscriber;
  }

  onData(bytes: Uint8Array): void {
    this.#subscriber.took(bytes.length, this.#stream);
    if (this.#scanner !== undefined) this.#scan(this.#scanner, bytes);
    else this.#readHeader(bytes);
  }

  onFin(): void {}

  onReset(): void {
    this.#subscriber.countReset();
  }

  #readHeader(bytes: Uint8Array): void {
    this.#framer.push(bytes);
    this.#type ??= this.#framer.type();
    if (this.#type === undefined) return;
    if (this.#type !== UNI.group) {
      this.#stream.stop(0);
      return;
    }
    const body = this.#framer.message();
    if (body === undefined) return;
    const { sequence, frameStart } = decodeGroupHeader(body, VERSION);
    this.#group = sequence;
    this.#frame = frameStart;
    this.#scanner = new FrameScanner(VERSION.frames, { maxFrame: 1 << 20 });
    this.#scan(this.#scanner, this.#framer.rest());
  }

  #scan(scanner: FrameScanner, bytes: Uint8Array): void {
    scanner.push(bytes, this.#onFrame, this.#onEnd);
  }

  readonly #onFrame = (_offset: number, _payloadOffset: number, payloadLength: number): void => {
    this.#payload = payloadLength;
  };

  readonly #onEnd = (): void => {
    this.#subscriber.count(this.#payload, this.#scanner?.timestamp ?? 0, this.#group, this.#frame++);
  };
}
