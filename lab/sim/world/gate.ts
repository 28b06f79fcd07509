import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "@moq-relay/protocol/transport";
import type { ProcessClock } from "./process-clock.ts";

/** Stands before a process: what the native side has to say waits while the event loop stalls, and the end is noted. */
export class Gate implements ConnectionEvents {
  readonly connection: Connection;
  readonly #inner: ConnectionEvents;
  readonly #clock: ProcessClock;
  readonly #ended: (gate: Gate, info: CloseInfo) => void;

  constructor(
    connection: Connection,
    inner: ConnectionEvents,
    clock: ProcessClock,
    ended: (gate: Gate, info: CloseInfo) => void,
  ) {
    this.connection = connection;
    this.#inner = inner;
    this.#clock = clock;
    this.#ended = ended;
  }

  onUni(stream: RecvStream): RecvEvents {
    return this.#inner.onUni(stream);
  }

  onBidi(stream: BidiStream): BidiEvents {
    return this.#inner.onBidi(stream);
  }

  onDatagram(bytes: Uint8Array): void {
    this.#inner.onDatagram(bytes);
  }

  onClosed(info: CloseInfo): void {
    this.#clock.deliver(() => {
      this.#ended(this, info);
      this.#inner.onClosed(info);
    });
  }
}
