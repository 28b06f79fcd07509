import type {
  BidiEvents,
  BidiStream,
  Connection,
  ConnectionEvents,
  ConnectionInfo,
  ConnectionStats,
  Handle,
  SendEvents,
  SendStream,
} from "@moq-relay/protocol/transport";
import type { QuicCarrier } from "./carrier.ts";
import type { NativeEngine } from "./native.ts";
import { QuicRecvStream, type RecvOwner } from "./recv-stream.ts";
import { QuicSendStream } from "./send-stream.ts";

/** What a connection needs of its engine. */
export interface ConnectionOwner extends RecvOwner {
  readonly native: NativeEngine;
  readonly carrier: QuicCarrier;
  /** A two-way stream of ours has a receiving direction. */
  addRecv(stream: QuicRecvStream): void;
}

const NOTHING = new Uint8Array();
const SILENT_STATS: ConnectionStats = { bytesSent: 0, bytesReceived: 0, bytesQueued: 0 };

/** A raw QUIC connection or a WebTransport session. */
export class QuicConnection implements Connection {
  readonly carrier: QuicCarrier;
  readonly handle: Handle;
  readonly info: ConnectionInfo;
  readonly #owner: ConnectionOwner;
  /** Set before any event. */
  events: ConnectionEvents | undefined;
  /** What we closed it with. */
  closedWith: { readonly code: number; readonly reason: string } | undefined;

  constructor(owner: ConnectionOwner, handle: Handle, info: ConnectionInfo) {
    this.#owner = owner;
    this.carrier = owner.carrier;
    this.handle = handle;
    this.info = info;
  }

  get maxDatagramSize(): number {
    return this.#owner.native.maxDatagramSize(this.handle);
  }

  openUni(priority: number, events: SendEvents): SendStream {
    const handle = this.#owner.native.openUni(this.handle, priority);
    if (handle !== 0) this.carrier.hear(handle, events);
    return new QuicSendStream(this.carrier, handle);
  }

  openBidi(priority: number, events: BidiEvents, first: Uint8Array = NOTHING): BidiStream {
    const handles = new Uint32Array(2);
    this.#owner.native.openBidi(this.handle, priority, first, handles);
    const [sending = 0, receiving = 0] = handles;
    const recv = new QuicRecvStream(this.#owner, receiving);
    if (sending !== 0) {
      this.carrier.hear(sending, events);
      recv.hear(events);
      this.#owner.addRecv(recv);
    }
    return { send: new QuicSendStream(this.carrier, sending), recv };
  }

  sendDatagram(bytes: Uint8Array): boolean {
    return this.#owner.native.sendDatagram(this.handle, bytes);
  }

  /** Acknowledged by the peer's native threads; an empty datagram, which the peer's application does not see. */
  heartbeat(interval: number): void {
    this.#owner.native.setHeartbeat(this.handle, interval);
  }

  allowBidi(count: number): void {
    this.#owner.native.allowBidi(this.handle, count);
  }

  close(code: number, reason: string): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = { code, reason };
    this.#owner.native.closeConnection(this.handle, code, reason);
  }

  stats(): ConnectionStats {
    return this.#owner.native.stats(this.handle) ?? SILENT_STATS;
  }
}
