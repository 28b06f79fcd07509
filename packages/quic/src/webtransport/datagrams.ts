import { type ReadableStream, WritableStream } from "node:stream/web";
import type { Connection } from "@moq-relay/protocol/transport";
import { ArrivalQueue } from "./queue.ts";

/** Datagrams that wait for a reader; the oldest are dropped. */
const INCOMING = 1024;

/** The unreliable messages of a session. */
export class WebTransportDatagramDuplexStream {
  readonly #incoming = new ArrivalQueue<Uint8Array>(INCOMING);
  readonly #connection: () => Connection | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /** `connection` gives the session's connection while it stands. */
  constructor(connection: () => Connection | undefined) {
    this.#connection = connection;
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#incoming.readable;
  }

  /** The one writable stream of older versions of the interface. */
  get writable(): WritableStream<Uint8Array> {
    this.#writable ??= this.createWritable();
    return this.#writable;
  }

  /** A stream each of whose chunks is sent as one datagram; one for which there is no room is dropped. */
  createWritable(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      write: (chunk) => {
        this.#connection()?.sendDatagram(new Uint8Array(chunk));
      },
    });
  }

  /** Largest datagram, bytes; 0 while there is none. */
  get maxDatagramSize(): number {
    return this.#connection()?.maxDatagramSize ?? 0;
  }

  push(bytes: Uint8Array): void {
    this.#incoming.push(bytes.slice());
  }

  close(): void {
    this.#incoming.close();
  }

  fail(error: Error): void {
    this.#incoming.fail(error);
  }
}
