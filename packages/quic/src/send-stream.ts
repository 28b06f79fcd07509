import type { Handle, SendStream } from "@moq-relay/protocol/transport";
import type { QuicCarrier } from "./carrier.ts";

/** The sending direction of a stream: the carrier's calls with one handle. */
export class QuicSendStream implements SendStream {
  readonly handle: Handle;
  readonly #carrier: QuicCarrier;
  /** We have reset it. */
  ended = false;

  constructor(carrier: QuicCarrier, handle: Handle) {
    this.#carrier = carrier;
    this.handle = handle;
  }

  write(bytes: Uint8Array): void {
    this.#carrier.writeOne(this.handle, bytes);
  }

  finish(): void {
    this.#carrier.finishOne(this.handle);
  }

  reset(code: number): void {
    this.ended = true;
    this.#carrier.resetOne(this.handle, code);
  }

  setPriority(priority: number): void {
    this.#carrier.setPriorityOne(this.handle, priority);
  }

  get queued(): number {
    return this.#carrier.queued(this.handle);
  }
}
