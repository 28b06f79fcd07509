import { WritableStream, type WritableStreamDefaultController } from "node:stream/web";
import type { Handle, SendEvents, SendStream } from "@moq-relay/protocol/transport";
import { codeOf, WebTransportError } from "./error.ts";
import { priorityOf } from "./send-order.ts";

/** Longest piece that is queued before the queue's length is looked at again, bytes. */
const PIECE = 256 << 10;

/** The sending direction of a stream as a sink: `write` waits while too much is queued. */
export class StreamSink implements SendEvents {
  readonly #highMark: number;
  readonly #onEnd: (sink: StreamSink) => void;
  #stream: SendStream | undefined;
  #controller: WritableStreamDefaultController | undefined;
  #drained: (() => void) | undefined;
  #delivered: (() => void) | undefined;
  #failed: ((error: WebTransportError) => void) | undefined;
  #over = false;

  /** `highMark`: queued bytes above which the stream reports when it is drained. `onEnd` hears of its last event. */
  constructor(highMark: number, onEnd: (sink: StreamSink) => void) {
    this.#highMark = highMark;
    this.#onEnd = onEnd;
  }

  /** The stream that it writes to; before anything else. */
  attach(stream: SendStream): void {
    this.#stream = stream;
  }

  start(controller: WritableStreamDefaultController): void {
    this.#controller = controller;
  }

  async write(chunk: unknown): Promise<void> {
    const bytes = bytesOf(chunk);
    for (let at = 0; at < bytes.length; at += PIECE) {
      this.#stream?.write(bytes.subarray(at, at + PIECE));
      // Above the mark the transport owes us `onDrained`.
      if (this.#over || (this.#stream?.queued ?? 0) <= this.#highMark) continue;
      await this.#until((done) => {
        this.#drained = done;
      });
    }
  }

  async close(): Promise<void> {
    this.#stream?.finish();
    if (this.#over) return;
    await this.#until((done) => {
      this.#delivered = done;
    });
  }

  abort(reason: unknown): void {
    this.#stream?.reset(codeOf(reason));
    this.#end();
  }

  setPriority(priority: number): void {
    this.#stream?.setPriority(priority);
  }

  #until(keep: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#failed = reject;
      keep(resolve);
    });
  }

  onStopped(_stream: Handle, code: number): void {
    this.fail(new WebTransportError(`the peer stopped the stream with code ${code}`, { streamErrorCode: code }));
  }

  onPressure(): void {}

  onDrained(): void {
    this.#drained?.();
  }

  onOverflow(): void {
    this.fail(new WebTransportError("too much was queued", { streamErrorCode: 5 }));
  }

  onDelivered(): void {
    this.#end();
    this.#delivered?.();
  }

  /** The stream, or the whole session, has failed. */
  fail(error: WebTransportError): void {
    this.#end();
    this.#controller?.error(error);
    this.#failed?.(error);
  }

  #end(): void {
    this.#over = true;
    this.#onEnd(this);
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer || chunk instanceof SharedArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError("a stream takes an ArrayBuffer or a view on one");
}

/** The writable side of a stream. */
export class WebTransportSendStream extends WritableStream<BufferSource> {
  readonly #sink: StreamSink;
  #sendOrder: number | null;

  constructor(sink: StreamSink, sendOrder: number | null) {
    super(sink as UnderlyingStreamSink);
    this.#sink = sink;
    this.#sendOrder = sendOrder;
  }

  /** Streams with a higher number are sent first. */
  get sendOrder(): number | null {
    return this.#sendOrder;
  }

  set sendOrder(value: number | null) {
    this.#sendOrder = value;
    this.#sink.setPriority(priorityOf(value));
  }
}

/** What can be written to a stream. */
export type BufferSource = ArrayBuffer | ArrayBufferView;

type UnderlyingStreamSink = NonNullable<ConstructorParameters<typeof WritableStream<BufferSource>>[0]>;
