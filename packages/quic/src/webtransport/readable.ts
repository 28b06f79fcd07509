import { type ReadableByteStreamController, ReadableStream, type UnderlyingSource } from "node:stream/web";
import type { RecvEvents, RecvStream } from "@moq-relay/protocol/transport";
import { codeOf, WebTransportError } from "./error.ts";

/** What a stream holds for its reader before it stops reading from the network, bytes. */
const HIGH_WATER_MARK = 256 << 10;

/** The receiving direction of a stream as a source, with back-pressure. */
export class StreamSource implements RecvEvents {
  readonly type = "bytes";
  readonly #onEnd: (source: StreamSource) => void;
  #stream: RecvStream | undefined;
  #controller: ReadableByteStreamController | undefined;
  #over = false;

  /** `onEnd` hears of its last event. */
  constructor(onEnd: (source: StreamSource) => void) {
    this.#onEnd = onEnd;
  }

  /** The stream that it reads from; before anything else. */
  attach(stream: RecvStream): void {
    this.#stream = stream;
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller;
  }

  pull(): void {
    if (!this.#over) this.#stream?.resume();
  }

  cancel(reason: unknown): void {
    this.#end();
    this.#stream?.stop(codeOf(reason));
  }

  onData(bytes: Uint8Array): void {
    // A byte stream takes the whole buffer away, of which we have a part only.
    this.#controller?.enqueue(bytes.slice());
    if ((this.#controller?.desiredSize ?? 0) <= 0) this.#stream?.pause();
  }

  onFin(): void {
    this.#end();
    this.#controller?.close();
    // A reader that brought its own buffer waits for an answer.
    this.#controller?.byobRequest?.respond(0);
  }

  onReset(code: number): void {
    this.fail(new WebTransportError(`the peer reset the stream with code ${code}`, { streamErrorCode: code }));
  }

  /** The stream, or the whole session, has failed. */
  fail(error: WebTransportError): void {
    this.#end();
    this.#controller?.error(error);
  }

  #end(): void {
    this.#over = true;
    this.#onEnd(this);
  }
}

/** The readable side of a stream: bytes. */
export class WebTransportReceiveStream extends ReadableStream<Uint8Array> {
  constructor(source: StreamSource) {
    super(source as UnderlyingSource<Uint8Array>, { highWaterMark: HIGH_WATER_MARK });
  }
}
