import { encodeFrame } from "../codec/encode.ts";
import type { Frame } from "../codec/frame.ts";
import { hasRecords, MAX_FRAME, MAX_RECORD } from "../codec/framing.ts";
import type { MessageWriter } from "../socket/message-writer.ts";
import type { Outlet } from "../socket/outlet.ts";
import type { Host } from "./host.ts";
import type { Sender } from "./sender.ts";

/**
 * What leaves a connection, in order: control frames, then datagrams, then the streams by priority. Before the peer's
 * transport parameters have come, only control frames leave.
 */
export class Outbox {
  readonly #host: Host;
  readonly #sender: Sender;
  readonly #maxMessage: number;
  #control: Uint8Array[] = [];
  #controlBytes = 0;
  #datagrams: Uint8Array[] = [];
  #started = false;

  constructor(host: Host, sender: Sender) {
    this.#host = host;
    this.#sender = sender;
    this.#maxMessage = hasRecords(host.framing) ? MAX_RECORD : MAX_FRAME;
  }

  /** Bytes of control frames that wait. */
  get controlBytes(): number {
    return this.#controlBytes;
  }

  /** The peer's parameters have come. */
  start(): void {
    this.#started = true;
  }

  control(frame: Frame): void {
    const bytes = encodeFrame(this.#host.framing, frame);
    this.#control.push(bytes);
    this.#controlBytes += bytes.length;
  }

  /** False when the queue is full. */
  datagram(data: Uint8Array): boolean {
    if (this.#datagrams.length >= this.#host.settings.maxDatagramQueue) return false;
    this.#datagrams.push(encodeFrame(this.#host.framing, { type: "datagram", data, size: 0 }));
    return true;
  }

  /** Hands over as much as the socket has room for. */
  flush(outlet: Outlet): void {
    let room = outlet.room;
    while (room > 0) {
      const size = this.#writeMessage(outlet.messages);
      if (size === 0) break;
      room -= size;
    }
    outlet.send();
    if (room <= 0) outlet.wait();
  }

  /** Hands over the control frames alone, whether there is room or not: the connection is about to close. */
  flushControl(outlet: Outlet): void {
    this.#started = false;
    while (this.#writeMessage(outlet.messages) > 0);
    outlet.send();
  }

  #writeMessage(message: MessageWriter): number {
    message.begin(this.#maxMessage);
    while (this.#writeFrame(message, this.#maxMessage - message.size) && hasRecords(this.#host.framing));
    const { size } = message;
    message.end();
    return size;
  }

  /** False when there is no frame, or none that fits into `left` bytes. */
  #writeFrame(message: MessageWriter, left: number): boolean {
    const control = this.#control[0];
    if (control !== undefined) {
      if (control.length > left) return false;
      this.#control.shift();
      this.#controlBytes -= control.length;
      message.put(control);
      return true;
    }
    if (!this.#started) return false;
    const datagram = this.#datagrams[0];
    if (datagram !== undefined) {
      if (datagram.length > left) return false;
      this.#datagrams.shift();
      message.put(datagram);
      return true;
    }
    return this.#sender.writeFrame(message, left) > 0;
  }
}
