import { CONTROL_PRIORITY, type SendEvents } from "@moq-relay/protocol/transport";
import { MAX_STREAM_PAYLOAD } from "../codec/framing.ts";
import { writeLegacyReset, writeLegacyStreamHeader } from "../codec/legacy.ts";
import type { TransportParameters } from "../codec/parameters.ts";
import { writeReset } from "../codec/reset-stream.ts";
import { streamHeaderSize, writeStreamHeader } from "../codec/stream.ts";
import { indexOf, kindOf, openedByServer, type StreamKind } from "../codec/stream-id.ts";
import { Violation } from "../codec/violation.ts";
import type { MessageWriter } from "../socket/message-writer.ts";
import type { Host } from "./host.ts";
import { SendHalf, type SendOwner } from "./send-half.ts";
import { SendOrder } from "./send-order.ts";

/** The code with which a stream is reset whose reader is too far behind. */
const TOO_FAR_BEHIND = 5;

/** No frame is begun for fewer bytes than this when more are waiting: the next message has room. */
const LEAST_PIECE = 512;

/** The sending directions of one connection: what they have queued, and what the peer lets them send. */
export class Sender implements SendOwner {
  readonly #host: Host;
  readonly #order: SendOrder;
  readonly #byId = new Map<number, SendHalf>();
  /** Opened here and without an id yet. */
  readonly #unnamed = new Set<SendHalf>();
  #peer: TransportParameters | undefined;
  #queued = 0;
  #sent = 0;
  #allowed = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#order = new SendOrder(host.isServer, (half) => this.#named(half));
  }

  get closed(): boolean {
    return this.#host.closed;
  }

  /** Bytes in all queues. */
  get queued(): number {
    return this.#queued;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** The peer's parameters have come; without any (legacy framing) there are no limits. */
  start(peer: TransportParameters | undefined): void {
    this.#peer = peer;
    this.allowBytes(peer?.maxData ?? Number.POSITIVE_INFINITY);
    this.allowStreams("bidi", peer?.maxStreamsBidi ?? Number.POSITIVE_INFINITY);
    this.allowStreams("uni", peer?.maxStreamsUni ?? Number.POSITIVE_INFINITY);
  }

  /** Opens a stream here. It is over from the beginning where nothing can be opened any more. */
  open(kind: StreamKind, priority: number, events: SendEvents): SendHalf {
    const half = new SendHalf(this, kind, -1, priority);
    half.listen(events);
    if (!this.closed) half.handle = this.#host.handles.add(half);
    half.over = half.handle === 0;
    if (!half.over) this.#unnamed.add(half);
    return half;
  }

  /** The sending direction of a stream that the peer opened. */
  adopt(id: number): SendHalf {
    const half = new SendHalf(this, "bidi", id, CONTROL_PRIORITY);
    half.handle = this.#host.handles.add(half);
    half.allowed = this.#peer?.maxStreamDataBidiLocal ?? Number.POSITIVE_INFINITY;
    this.#byId.set(id, half);
    return half;
  }

  push(half: SendHalf, chunk: Uint8Array): void {
    if (half.over || half.finishing || chunk.length === 0) return;
    const { maxStreamQueue, maxConnectionQueue, highMark } = this.#host.settings.limits;
    const size = chunk.length;
    const most = half.priority === CONTROL_PRIORITY ? 2 * maxConnectionQueue : maxConnectionQueue;
    if (half.queued + size > maxStreamQueue || this.#queued + size > most) {
      this.#abandon(half, TOO_FAR_BEHIND);
      half.ended("overflow");
      return;
    }
    half.queue.push(chunk);
    this.#queued += size;
    half.grown(highMark);
    this.#enter(half);
  }

  finish(half: SendHalf): void {
    if (half.over || half.finishing) return;
    half.finishing = true;
    this.#enter(half);
  }

  reset(half: SendHalf, code: number): void {
    // Who gives a stream up hears no more of it, not even what had happened already and was about to be told.
    half.hush();
    if (!half.over) this.#abandon(half, code);
  }

  setPriority(half: SendHalf, priority: number): void {
    if (!half.over) this.#order.setPriority(half, priority);
  }

  tellSoon(half: SendHalf): void {
    this.#host.agenda.deliverSoon(half);
  }

  /** STOP_SENDING came: it is answered by a reset with the same code. */
  stop(id: number, code: number): void {
    const half = this.#byId.get(id);
    if (half === undefined) {
      this.checkKnown(id);
      return;
    }
    this.#abandon(half, code);
    half.ended("stopped", code);
  }

  /** MAX_DATA came. */
  allowBytes(max: number): void {
    this.#allowed = Math.max(this.#allowed, max);
    this.#host.wake();
  }

  /** MAX_STREAM_DATA came. */
  allowStreamBytes(id: number, max: number): void {
    const half = this.#byId.get(id);
    if (half === undefined) {
      this.checkKnown(id);
      return;
    }
    half.allowed = Math.max(half.allowed, max);
    if (half.queued > 0) this.#enter(half);
  }

  /** MAX_STREAMS came. */
  allowStreams(kind: StreamKind, max: number): void {
    this.#order.allow(kind, max);
    this.#host.wake();
  }

  /** A stream without an id is wanted in no direction any more: the peer never hears of it. */
  forgo(half: SendHalf): void {
    this.#order.leave(half);
    this.#unnamed.delete(half);
    half.partner?.forget();
  }

  /** A frame came about a direction that is not open: fine when it was, a fault when it cannot have been. */
  checkKnown(id: number): void {
    const ours = openedByServer(id) === this.#host.isServer;
    const impossible = ours ? indexOf(id) >= this.#order.opened(kindOf(id)) : kindOf(id) === "uni";
    if (impossible) throw new Violation("frame for a stream that cannot have it");
  }

  /** The connection is gone: everything is dropped in silence. */
  drop(): void {
    for (const half of this.#byId.values()) this.#drop(half);
    for (const half of this.#unnamed) this.#drop(half);
    this.#byId.clear();
    this.#unnamed.clear();
    this.#queued = 0;
  }

  /** Writes the next frame of a stream into at most `left` bytes; returns its size, 0 when there is none to write. */
  writeFrame(message: MessageWriter, left: number): number {
    const half = this.#next();
    if (half === undefined) return 0;
    if (half.abandoned !== undefined) return this.#writeAbandoned(message, left, half, half.abandoned);
    const header = this.#headerSize(half);
    const wanted = Math.min(half.queued, half.allowed - half.sent, this.#allowed - this.#sent, MAX_STREAM_PAYLOAD);
    if (wanted === 0 && half.queued > 0) return 0;
    if (left < header + Math.min(wanted, LEAST_PIECE)) return 0;
    const count = Math.min(wanted, left - header);
    const fin = half.finishing && count === half.queued;
    const start = message.size;
    if (this.#host.framing === "legacy") writeLegacyStreamHeader(message, half.id, fin);
    else writeStreamHeader(message, half.id, half.sent, count, fin);
    for (let rest = count; rest > 0; ) {
      const piece = half.queue.take(rest);
      message.payload(piece);
      rest -= piece.length;
    }
    this.#afterFrame(half, count, fin);
    return message.size - start;
  }

  /** The next stream that has credit of its own. */
  #next(): SendHalf | undefined {
    for (;;) {
      const half = this.#order.next();
      if (half === undefined || half.queued === 0 || half.sent < half.allowed) return half;
      this.#order.leave(half);
    }
  }

  #headerSize(half: SendHalf): number {
    return this.#host.framing === "legacy" ? 9 : streamHeaderSize(half.id, half.sent);
  }

  #afterFrame(half: SendHalf, count: number, fin: boolean): void {
    half.sent += count;
    this.#sent += count;
    this.#queued -= count;
    half.shrunk(this.#host.settings.limits.lowMark);
    if (fin) {
      this.#retire(half);
      half.ended("delivered");
    } else if (half.queued === 0) {
      this.#order.leave(half);
    } else {
      this.#order.toTheBack(half);
    }
  }

  /** Opens a two-way stream only to reset its sending direction: the other one may still be wanted. */
  #writeAbandoned(message: MessageWriter, left: number, half: SendHalf, code: number): number {
    if (left < 32) return 0;
    const start = message.size;
    this.#order.leave(half);
    if (this.#host.framing === "legacy") writeLegacyReset(message, half.id, code);
    else writeReset(message, half.id, code, 0);
    this.#byId.delete(half.id);
    return message.size - start;
  }

  #enter(half: SendHalf): void {
    this.#order.enter(half);
    this.#host.wake();
  }

  #drop(half: SendHalf): void {
    half.over = true;
    half.queue.clear();
    this.#host.handles.delete(half.handle);
    half.partner?.forget();
  }

  #named(half: SendHalf): void {
    this.#unnamed.delete(half);
    this.#byId.set(half.id, half);
    const peer = this.#peer;
    const allowed = half.kind === "uni" ? peer?.maxStreamDataUni : peer?.maxStreamDataBidiRemote;
    half.allowed = allowed ?? Number.POSITIVE_INFINITY;
    half.partner?.named(half.id);
    half.partner = undefined;
  }

  /** Ends a direction without its bytes, and tells the peer if it knows of the stream or should. */
  #abandon(half: SendHalf, code: number): void {
    this.#queued -= half.queue.clear();
    const { id, sent: finalSize } = half;
    this.#retire(half);
    if (id >= 0) {
      this.#host.control({ type: "reset", id, code, finalSize, at: false });
    } else if (half.partner !== undefined && half.partner.stopped === undefined) {
      half.abandoned = code;
      this.#enter(half);
    } else {
      this.forgo(half);
    }
  }

  #retire(half: SendHalf): void {
    half.over = true;
    this.#order.leave(half);
    this.#host.handles.delete(half.handle);
    this.#byId.delete(half.id);
    this.#host.directionEnded(half.id);
  }
}
