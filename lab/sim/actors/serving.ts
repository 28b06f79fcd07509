import type { SubscribeRequest, Subscriber } from "@moq-relay/protocol/session";
import type { Connection, SendEvents, SendStream } from "@moq-relay/protocol/transport";
import { frameBytes, type MadeGroup, type Media } from "./media.ts";

interface Open {
  readonly stream: SendStream;
  /** Timestamp of the last frame on it. */
  before: number;
  /** Frames before this one are not sent. */
  readonly from: number;
  /** What is still to come of the frame in hand, when its beginning is on the stream. */
  rest: Uint8Array | undefined;
}

/** One subscription at a publisher: a stream for each group. */
export class Serving implements SendEvents {
  readonly #subscriber: Subscriber;
  readonly #connection: Connection;
  readonly #request: SubscribeRequest;
  readonly #open = new Map<number, Open>();
  #over = false;

  constructor(subscriber: Subscriber, connection: Connection, request: SubscribeRequest, media: Media, now: number) {
    this.#subscriber = subscriber;
    this.#connection = connection;
    this.#request = request;
    const groups = media.wanted(request, now);
    subscriber.accepted({ priority: 127, maxAge: 5_000, timescale: 1_000 });
    subscriber.started(groups[0]?.sequence ?? Math.max(request.startGroup, media.latest.sequence));
    for (const group of groups) {
      this.begin(group);
      if (group.finished) this.finish(group.sequence);
    }
  }

  begin(group: MadeGroup): void {
    const { startGroup, startFrame } = this.#request;
    if (this.#over || group.sequence < startGroup) return;
    const from = group.sequence === startGroup ? startFrame : 0;
    if (group.finished && from > group.payloads.length) return;
    const stream = this.#connection.openUni(0, this);
    stream.write(this.#subscriber.groupHeader(group.sequence, from).slice());
    const open: Open = { stream, before: 0, from, rest: undefined };
    this.#open.set(group.sequence, open);
    for (let i = from; i < group.payloads.length; i++) this.#send(open, group.payloads[i]!, group.timestamps[i]!);
  }

  /** The first half of a frame. */
  half(sequence: number, index: number, payload: Uint8Array, timestamp: number): void {
    const open = this.#open.get(sequence);
    if (!open || index < open.from) return;
    const bytes = frameBytes(payload, timestamp, open.before, this.#subscriber.format);
    open.stream.write(bytes.subarray(0, bytes.length >> 1));
    open.rest = bytes.subarray(bytes.length >> 1);
    open.before = timestamp;
  }

  frame(sequence: number, index: number, payload: Uint8Array, timestamp: number): void {
    const open = this.#open.get(sequence);
    if (!open || index < open.from) return;
    if (!open.rest) return this.#send(open, payload, timestamp);
    open.stream.write(open.rest);
    open.rest = undefined;
  }

  finish(sequence: number): void {
    this.#open.get(sequence)?.stream.finish();
    this.#open.delete(sequence);
  }

  /** The publisher ends the track. */
  end(sequence: number): void {
    if (this.#over) return;
    this.#over = true;
    for (const { stream } of this.#open.values()) stream.finish();
    this.#open.clear();
    this.#subscriber.ended(sequence);
    this.#subscriber.finish();
  }

  cancel(): void {
    this.#over = true;
    for (const { stream } of this.#open.values()) stream.reset(1);
    this.#open.clear();
  }

  onStopped(handle: number): void {
    for (const [sequence, { stream }] of this.#open) if (stream.handle === handle) this.#open.delete(sequence);
  }

  onPressure(): void {}
  onDrained(): void {}
  onOverflow(): void {}
  onDelivered(): void {}

  #send(open: Open, payload: Uint8Array, timestamp: number): void {
    open.stream.write(frameBytes(payload, timestamp, open.before, this.#subscriber.format));
    open.before = timestamp;
  }
}
