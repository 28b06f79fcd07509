import type { BidiEvents, BidiStream, Connection, ConnectionEvents, RecvEvents } from "@moq-relay/protocol/transport";
import {
  BIDI,
  type Cursor,
  decodeAnnounceRequest,
  encodeAnnouncement,
  encodeAnnounceOk,
  Writer,
} from "@moq-relay/protocol/wire";
import { readRequest } from "./bidi-requests.ts";
import { introduce } from "./introduce.ts";
import { VERSION } from "./load-track.ts";

/** Announces broadcasts and takes them back, and has nothing of them to give. */
export class LoadAnnouncer implements ConnectionEvents {
  readonly #connection: Connection;
  readonly #hop: bigint;
  #stream: BidiStream | undefined;
  /** Announcements are numbered in their order. */
  #next = 0;

  /** @param hop its identity. */
  constructor(connection: Connection, hop: bigint) {
    this.#connection = connection;
    this.#hop = hop;
    introduce(connection, { role: "publisher", hop });
  }

  /** Whether the relay listens. */
  get asked(): boolean {
    return this.#stream !== undefined;
  }

  /** Announces a broadcast. Returns its number. */
  start(broadcast: string): number {
    const writer = new Writer();
    const cost = { warm: 0, cold: 0 };
    encodeAnnouncement(writer, { kind: "start", suffix: broadcast, hops: [], cost }, VERSION);
    this.#stream?.send.write(writer.view());
    return this.#next++;
  }

  /** Takes one back. */
  end(id: number): void {
    const writer = new Writer();
    encodeAnnouncement(writer, { kind: "end", id }, VERSION);
    this.#stream?.send.write(writer.view());
  }

  close(): void {
    this.#connection.close(0, "");
  }

  onUni(): RecvEvents {
    return { onData() {}, onFin() {}, onReset() {} };
  }

  onBidi(stream: BidiStream): BidiEvents {
    return readRequest(
      stream,
      (type, body) => this.#answer(type, body, stream),
      () => stream.send.finish(),
    );
  }

  onDatagram(): void {}

  onClosed(): void {}

  #answer(type: number, body: Cursor, stream: BidiStream): void {
    if (type !== BIDI.announce) return stream.send.reset(1);
    const writer = new Writer();
    encodeAnnounceOk(writer, { hop: this.#hop, activeCount: 0 }, VERSION);
    stream.send.write(writer.view());
    if (decodeAnnounceRequest(body, VERSION).prefix === "") this.#stream = stream;
  }
}
