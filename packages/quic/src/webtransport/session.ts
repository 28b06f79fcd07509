import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "@moq-relay/protocol/transport";
import { WebTransportDatagramDuplexStream } from "./datagrams.ts";
import { WebTransportError } from "./error.ts";
import { ArrivalQueue } from "./queue.ts";
import { StreamSource, WebTransportReceiveStream } from "./readable.ts";
import { priorityOf } from "./send-order.ts";
import { StreamSink, WebTransportSendStream } from "./writable.ts";

/** A two-way stream. */
export interface WebTransportBidirectionalStream {
  readonly readable: WebTransportReceiveStream;
  readonly writable: WebTransportSendStream;
}

/** One end of a stream that must be told when the session ends. */
interface Fallible {
  fail(error: WebTransportError): void;
}

/** A connection as streams of the platform: what `WebTransport` has once it is ready. */
export class StreamSession implements ConnectionEvents {
  readonly incomingUni: ArrivalQueue<WebTransportReceiveStream>;
  readonly incomingBidi: ArrivalQueue<WebTransportBidirectionalStream>;
  readonly datagrams: WebTransportDatagramDuplexStream;
  readonly #highMark: number;
  readonly #onClosed: (info: CloseInfo) => void;
  readonly #ends = new Set<Fallible>();
  connection: Connection | undefined;

  /** `maxStreams`: incoming streams of each kind that may wait for the application; the peer's limit is the same. */
  constructor(highMark: number, maxStreams: number, onClosed: (info: CloseInfo) => void) {
    this.#highMark = highMark;
    this.#onClosed = onClosed;
    this.incomingUni = new ArrivalQueue(maxStreams);
    this.incomingBidi = new ArrivalQueue(maxStreams);
    this.datagrams = new WebTransportDatagramDuplexStream(() => this.connection);
  }

  #sink(): StreamSink {
    const sink = new StreamSink(this.#highMark, (end) => this.#ends.delete(end));
    this.#ends.add(sink);
    return sink;
  }

  #source(): StreamSource {
    const source = new StreamSource((end) => this.#ends.delete(end));
    this.#ends.add(source);
    return source;
  }

  openUni(connection: Connection, sendOrder: number | null): WebTransportSendStream {
    const sink = this.#sink();
    sink.attach(connection.openUni(priorityOf(sendOrder), sink));
    return new WebTransportSendStream(sink, sendOrder);
  }

  openBidi(connection: Connection, sendOrder: number | null): WebTransportBidirectionalStream {
    const [sink, source] = [this.#sink(), this.#source()];
    const { send, recv } = connection.openBidi(priorityOf(sendOrder), bothWays(sink, source));
    sink.attach(send);
    source.attach(recv);
    return {
      readable: new WebTransportReceiveStream(source),
      writable: new WebTransportSendStream(sink, sendOrder),
    };
  }

  onUni(stream: RecvStream): RecvEvents {
    const source = this.#source();
    source.attach(stream);
    if (!this.incomingUni.push(new WebTransportReceiveStream(source))) source.cancel(undefined);
    return source;
  }

  onBidi({ send, recv }: BidiStream): BidiEvents {
    const [sink, source] = [this.#sink(), this.#source()];
    sink.attach(send);
    source.attach(recv);
    const stream = {
      readable: new WebTransportReceiveStream(source),
      writable: new WebTransportSendStream(sink, null),
    };
    if (!this.incomingBidi.push(stream)) {
      source.cancel(undefined);
      sink.abort(undefined);
    }
    return bothWays(sink, source);
  }

  onDatagram(bytes: Uint8Array): void {
    this.datagrams.push(bytes);
  }

  onClosed(info: CloseInfo): void {
    this.connection = undefined;
    const error = new WebTransportError(info.reason || "the session has ended", { source: "session" });
    for (const end of [...this.#ends]) end.fail(error);
    for (const arrivals of [this.incomingUni, this.incomingBidi, this.datagrams]) {
      if (info.by === "lost") arrivals.fail(error);
      else arrivals.close();
    }
    this.#onClosed(info);
  }
}

function bothWays(sink: StreamSink, source: StreamSource): BidiEvents {
  return {
    onData: (bytes) => source.onData(bytes),
    onFin: () => source.onFin(),
    onReset: (code) => source.onReset(code),
    onStopped: (stream, code) => sink.onStopped(stream, code),
    onPressure: () => sink.onPressure(),
    onDrained: () => sink.onDrained(),
    onOverflow: () => sink.onOverflow(),
    onDelivered: () => sink.onDelivered(),
  };
}
