import {
  type BidiEvents,
  type BidiStream,
  CONTROL_PRIORITY,
  type Connection,
  type ConnectionEvents,
  type RecvEvents,
} from "@moq-relay/protocol/transport";
import {
  BIDI,
  decodeAnnounceOk,
  encodeAnnounceRequest,
  encodeStreamType,
  Framer,
  readAnnouncement,
  Writer,
} from "@moq-relay/protocol/wire";
import { QUIET_SENDER, readRequest } from "./bidi-requests.ts";
import { announceNothing, introduce } from "./introduce.ts";
import { MAX_MESSAGE, VERSION } from "./load-track.ts";

/** Listens to what a relay announces. */
export class LoadListener implements ConnectionEvents {
  /** What is announced just now. */
  readonly live: Set<string> = new Set();
  /** Announcements that were taken back so far. */
  ended = 0;
  /** Hears of each broadcast that is announced. */
  onStart: ((broadcast: string) => void) | undefined;
  closed = false;
  readonly #connection: Connection;
  /** By their ids: the order in which they were announced. */
  readonly #announced: string[] = [];
  readonly #framer = new Framer(MAX_MESSAGE);
  #begun = false;

  /** @param prefix of what it wants to hear of; "" for everything. */
  constructor(connection: Connection, prefix = "") {
    this.#connection = connection;
    introduce(connection, { role: "subscriber" });
    const writer = new Writer();
    encodeStreamType(writer, BIDI.announce);
    encodeAnnounceRequest(writer, { prefix, excludeHop: 0n }, VERSION);
    connection.openBidi(CONTROL_PRIORITY, this.#events).send.write(writer.view());
  }

  /** Whether the relay has begun to answer. */
  get answered(): boolean {
    return this.#begun;
  }

  close(): void {
    this.#connection.close(0, "");
  }

  onUni(): RecvEvents {
    return { onData() {}, onFin() {}, onReset() {} };
  }

  onBidi(stream: BidiStream): BidiEvents {
    const answer = (type: number) => type === BIDI.announce && announceNothing(stream);
    return readRequest(stream, answer, () => stream.send.finish());
  }

  onDatagram(): void {}

  onClosed(): void {
    this.closed = true;
  }

  readonly #events: BidiEvents = {
    ...QUIET_SENDER,
    onData: (bytes) => this.#read(bytes),
    onFin() {},
    onReset() {},
  };

  #read(bytes: Uint8Array): void {
    this.#framer.push(bytes);
    if (!this.#begun) {
      const ok = this.#framer.message();
      if (ok === undefined) return;
      decodeAnnounceOk(ok, VERSION);
      this.#begun = true;
    }
    for (;;) {
      const announcement = readAnnouncement(this.#framer, VERSION);
      if (announcement === undefined) return;
      if (announcement.kind === "start") this.#start(announcement.suffix);
      else if (announcement.kind === "end") this.#end(announcement.id);
    }
  }

  #start(broadcast: string): void {
    this.#announced.push(broadcast);
    this.live.add(broadcast);
    this.onStart?.(broadcast);
  }

  #end(id: number): void {
    this.ended += 1;
    this.live.delete(this.#announced[id] ?? "");
  }
}
