import type { BidiEvents, BidiStream, Connection, ConnectionEvents, RecvEvents } from "@moq-relay/protocol/transport";
import {
  BIDI,
  type Cursor,
  decodeAnnounceRequest,
  decodeSubscribe,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeSubscribeReply,
  Writer,
} from "@moq-relay/protocol/wire";
import { readRequest } from "./bidi-requests.ts";
import { describeTrack, introduce } from "./introduce.ts";
import { VERSION } from "./load-track.ts";
import type { Schedule } from "./schedule.ts";
import { ScheduleSender } from "./schedule-sender.ts";

/** What is published, and who says so. */
export interface ScheduledBroadcast {
  readonly schedule: Schedule;
  readonly broadcast: string;
  /** The publisher's identity: whoever has the same is the same publisher. */
  readonly hop: bigint;
}

/** One connection of a publisher of a scheduled track. */
export class SchedulePublisher implements ConnectionEvents {
  /** Whether the relay has asked for the broadcast's announcement: others can find it now. */
  announced = false;
  /** Frames written. */
  frames = 0;
  /** Called once: the relay says that it goes away, or the connection has ended. */
  onLeave: (() => void) | undefined;
  readonly #connection: Connection;
  readonly #what: ScheduledBroadcast;
  readonly #senders = new Map<BidiStream, ScheduleSender>();
  readonly #timer: NodeJS.Timeout;

  constructor(connection: Connection, what: ScheduledBroadcast) {
    this.#connection = connection;
    this.#what = what;
    introduce(connection, { role: "publisher", hop: what.hop });
    this.#timer = setInterval(() => this.#send(), 1_000 / what.schedule.frameRate);
  }

  close(): void {
    this.onLeave = undefined;
    clearInterval(this.#timer);
    this.#connection.close(0, "");
  }

  onUni(): RecvEvents {
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
    this.#leave();
  }

  #answer(type: number, body: Cursor, stream: BidiStream): void {
    if (type === BIDI.announce) this.#announce(body, stream);
    else if (type === BIDI.track) describeTrack(stream);
    else if (type === BIDI.subscribe) this.#serve(body, stream);
    else if (type === BIDI.goaway) this.#leave();
    else stream.send.reset(1);
  }

  #announce(body: Cursor, stream: BidiStream): void {
    const known = decodeAnnounceRequest(body, VERSION).prefix === "";
    const { hop, broadcast } = this.#what;
    const writer = new Writer();
    encodeAnnounceOk(writer, { hop, activeCount: known ? 1 : 0 }, VERSION);
    const start = { kind: "start", suffix: broadcast, hops: [], cost: { warm: 0, cold: 0 } } as const;
    if (known) encodeAnnouncement(writer, start, VERSION);
    stream.send.write(writer.view());
    this.announced ||= known;
  }

  #serve(body: Cursor, stream: BidiStream): void {
    const { id, startGroup, startFrame } = decodeSubscribe(body, VERSION);
    const from = { group: startGroup ?? 0, frame: startFrame };
    const sender = new ScheduleSender(this.#connection, this.#what.schedule, id, from);
    const writer = new Writer();
    encodeSubscribeReply(writer, { kind: "start", group: sender.group }, VERSION);
    stream.send.write(writer.view());
    this.#senders.set(stream, sender);
    this.frames += sender.send();
  }

  #withdraw(stream: BidiStream): void {
    stream.send.finish();
    this.#senders.get(stream)?.close();
    this.#senders.delete(stream);
  }

  #send(): void {
    for (const sender of this.#senders.values()) this.frames += sender.send();
  }

  #leave(): void {
    const { onLeave } = this;
    this.onLeave = undefined;
    onLeave?.();
  }
}
