import type { Connection, ConnectionEvents, RecvEvents, SendEvents } from "@moq-relay/protocol/transport";
import { microseconds } from "./load-track.ts";

/** Bytes of an object. Its first eight are the time at which it was written, as microseconds. */
export const OBJECT: number = 64 << 10;

/** Objects that are sent and not yet acknowledged: a megabyte, enough for a link at 80 Mbit/s and 100 ms. */
const UNDER_WAY = 16;

/** Sends objects without end, a stream for each, as fast as they are acknowledged. */
export class BulkSender implements ConnectionEvents {
  readonly #connection: Connection;
  readonly #object = Buffer.alloc(OBJECT, 0x5a);
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    for (let i = 0; i < UNDER_WAY; i++) this.#send();
  }

  onUni(): RecvEvents {
    return { onData() {}, onFin() {}, onReset() {} };
  }

  onBidi(): never {
    throw new Error("whoever takes bulk opens no streams");
  }

  onDatagram(): void {}

  onClosed(): void {
    this.#closed = true;
  }

  #send(): void {
    const stream = this.#connection.openUni(0, this.#events);
    this.#object.writeDoubleBE(microseconds());
    stream.write(this.#object);
    stream.finish();
  }

  readonly #events: SendEvents = {
    onStopped() {},
    onPressure() {},
    onDrained() {},
    onOverflow() {},
    onDelivered: () => {
      if (!this.#closed) this.#send();
    },
  };
}
