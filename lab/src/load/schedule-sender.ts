import type { Connection, SendStream } from "@moq-relay/protocol/transport";
import { encodeFrameHeader, encodeGroupHeader, encodeStreamType, UNI, Writer } from "@moq-relay/protocol/wire";
import { QUIET_SENDER } from "./bidi-requests.ts";
import { VERSION } from "./load-track.ts";
import { framesDue, type Schedule, timestampOf } from "./schedule.ts";

/** Serves one subscription to a scheduled track: what is due already at once, the rest when it is due. */
export class ScheduleSender {
  /** The group that it begins with. */
  readonly group: number;
  readonly #connection: Connection;
  readonly #schedule: Schedule;
  readonly #subscription: number;
  readonly #payload: Uint8Array;
  readonly #writer: Writer;
  /** Frames are counted from the epoch. */
  #next: number;
  #stream: SendStream | undefined;
  #previous = 0;

  /** @param from the group and the frame in it to begin with; a group of 0 is the latest one. */
  constructor(connection: Connection, schedule: Schedule, id: number, from: { group: number; frame: number }) {
    const { groupSize, frameSize } = schedule;
    this.#connection = connection;
    this.#schedule = schedule;
    this.#subscription = id;
    this.#payload = new Uint8Array(frameSize).fill(0x5a);
    this.#writer = new Writer(frameSize + 64);
    const latest = Math.floor(Math.max(0, framesDue(schedule) - 1) / groupSize);
    this.#next = from.group === 0 ? latest * groupSize : from.group * groupSize + from.frame;
    this.group = Math.floor(this.#next / groupSize);
  }

  /** Writes what is due. Returns how many frames that were. */
  send(): number {
    const due = framesDue(this.#schedule);
    const first = this.#next;
    while (this.#next < due) this.#write(this.#next++);
    return Math.max(0, this.#next - first);
  }

  close(): void {
    this.#stream?.finish();
    this.#stream = undefined;
  }

  #write(frame: number): void {
    const { groupSize } = this.#schedule;
    const writer = this.#writer.clear();
    const place = frame % groupSize;
    if (this.#stream === undefined) {
      this.#stream = this.#connection.openUni(0, QUIET_SENDER);
      encodeStreamType(writer, UNI.group);
      const sequence = Math.floor(frame / groupSize);
      encodeGroupHeader(writer, { subscription: this.#subscription, sequence, frameStart: place }, VERSION);
      this.#previous = 0;
    }
    const timestamp = timestampOf(frame, this.#schedule);
    encodeFrameHeader(writer, { delta: timestamp - this.#previous, length: this.#payload.length }, VERSION.frames);
    writer.raw(this.#payload);
    this.#previous = timestamp;
    this.#stream.write(writer.view());
    if (place === groupSize - 1) this.close();
  }
}
