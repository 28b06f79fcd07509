import type { CloseInfo, Connection, ConnectionEvents, Handle } from "@moq-relay/protocol/transport";
import type { QuicCarrier } from "./carrier.ts";
import { type ConnectionOwner, QuicConnection } from "./connection.ts";
import { connectionInfo } from "./info.ts";
import type { KeepAlive } from "./keep-alive.ts";
import { EVENT_FIELDS, EventKind, type NativeEngine } from "./native.ts";
import { QuicRecvStream } from "./recv-stream.ts";
import { QuicSendStream } from "./send-stream.ts";

/** Whoever waits for a connection to stand: a request that was accepted, or a dial. */
export interface Door {
  readonly dialled: boolean;
  onConnection(connection: Connection): ConnectionEvents;
  onFailed(reason: string, status: number | undefined): void;
}

/** Events that one `drain` takes at most. */
const BATCH = 4096;

const ENDED_BY: readonly CloseInfo["by"][] = ["local", "peer", "lost"];

/** Takes the native events in batches and calls those whom they concern. */
export class Dispatcher implements ConnectionOwner {
  readonly native: NativeEngine;
  readonly carrier: QuicCarrier;
  readonly #keepAlive: KeepAlive;
  readonly #meta = new Uint32Array(1 + BATCH * EVENT_FIELDS);
  readonly #connections = new Map<Handle, QuicConnection>();
  readonly #recvs = new Map<Handle, QuicRecvStream>();
  readonly #doors = new Map<Handle, Door>();
  readonly #endpoints = new Map<Handle, (request: Handle) => void>();
  /** Streams of the peer that this batch brought. */
  readonly #arrived: QuicRecvStream[] = [];
  #closed = false;

  constructor(native: NativeEngine, carrier: QuicCarrier, keepAlive: KeepAlive) {
    this.native = native;
    this.carrier = carrier;
    this.#keepAlive = keepAlive;
  }

  /** `hear` gets the handle of each request at an endpoint. */
  addEndpoint(endpoint: Handle, hear: (request: Handle) => void): void {
    this.#endpoints.set(endpoint, hear);
    this.#keepAlive.hold();
  }

  removeEndpoint(endpoint: Handle): void {
    if (this.#endpoints.delete(endpoint)) this.#keepAlive.release();
  }

  addDoor(handle: Handle, door: Door): void {
    this.#doors.set(handle, door);
    if (door.dialled) this.#keepAlive.hold();
  }

  /** The door at `handle`, which is forgotten; `undefined` when it has opened or failed already. */
  takeDoor(handle: Handle): Door | undefined {
    const door = this.#doors.get(handle);
    this.#doors.delete(handle);
    if (door?.dialled) this.#keepAlive.release();
    return door;
  }

  addRecv(stream: QuicRecvStream): void {
    this.#recvs.set(stream.handle, stream);
  }

  forgetRecv(handle: Handle): void {
    this.#recvs.delete(handle);
  }

  /** Runs `task` when the application's call has returned. */
  later(task: () => void): void {
    setImmediate(task);
  }

  /** Forgets everything; connections get `onClosed` a moment later. */
  close(): void {
    this.#closed = true;
    for (const endpoint of [...this.#endpoints.keys()]) this.removeEndpoint(endpoint);
    for (const door of [...this.#doors.keys()]) this.takeDoor(door);
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    for (const stream of [...this.#recvs.values()]) stream.end();
    this.carrier.clear();
    this.later(() => {
      for (const connection of connections) {
        try {
          this.#end(connection, "local", 0, "");
        } catch (error) {
          throwLater(error);
        }
      }
    });
  }

  /** The native side calls for it. */
  wake(): void {
    this.drain();
    setImmediate(this.#rest);
  }

  // One batch for each turn of the event loop. Were another wake-up allowed at once, Node would go on with it (up to a
  // thousand times) before any timer or other socket of the process has its turn.
  readonly #rest = (): void => {
    if (!this.#closed && this.native.rest()) this.wake();
  };

  /** Delivers what has happened, as much as one batch takes. */
  drain(): void {
    const bytes = plain(this.native.drain(this.#meta) ?? NOTHING);
    const end = 1 + (this.#meta[0] as number) * EVENT_FIELDS;
    for (let at = 1; at < end && !this.#closed; at += EVENT_FIELDS) {
      try {
        this.#deliver(at, bytes);
      } catch (error) {
        throwLater(error);
      }
    }
    this.#startArrived();
  }

  /** A stream of the peer is not read before the application has heard of it; from now on it is, unless that paused it. */
  #startArrived(): void {
    if (this.#arrived.length === 0) return;
    const wanted = this.#arrived.filter((stream) => stream.wanted).map((stream) => stream.handle);
    this.#arrived.length = 0;
    if (wanted.length > 0) this.native.readMany(Uint32Array.from(wanted));
  }

  #deliver(at: number, bytes: Uint8Array): void {
    const meta = this.#meta;
    const kind = meta[at] as number;
    const handle = meta[at + 1] as number;
    const a = meta[at + 2] as number;
    const offset = meta[at + 4] as number;
    const length = meta[at + 5] as number;
    const payload = length === 0 ? NOTHING : bytes.subarray(offset, offset + length);
    if (this.#dispatchReceiving(kind, handle, a, payload) || this.#dispatchSending(kind, handle, a)) return;
    this.#dispatchConnection(kind, handle, a, meta[at + 3] as number, payload);
  }

  /** True when it was an event of a receiving stream. */
  #dispatchReceiving(kind: number, handle: Handle, a: number, payload: Uint8Array): boolean {
    switch (kind) {
      case EventKind.data:
        this.#recvs.get(handle)?.onData(payload);
        return true;
      case EventKind.fin:
        this.#recvs.get(handle)?.onFin();
        return true;
      case EventKind.reset:
        this.#recvs.get(handle)?.onReset(a);
        return true;
      default:
        return false;
    }
  }

  /** True when it was an event of a sending stream. */
  #dispatchSending(kind: number, handle: Handle, a: number): boolean {
    switch (kind) {
      case EventKind.delivered:
        this.carrier.takeHearer(handle)?.onDelivered(handle);
        return true;
      case EventKind.stopped:
        this.carrier.takeHearer(handle)?.onStopped(handle, a);
        return true;
      case EventKind.overflow:
        this.carrier.takeHearer(handle)?.onOverflow(handle);
        return true;
      case EventKind.pressure:
        this.carrier.hearer(handle)?.onPressure(handle, a);
        return true;
      case EventKind.drained:
        this.carrier.hearer(handle)?.onDrained(handle);
        return true;
      default:
        return false;
    }
  }

  #dispatchConnection(kind: number, handle: Handle, a: number, b: number, payload: Uint8Array): void {
    switch (kind) {
      case EventKind.uni:
        this.#onUni(handle, a);
        break;
      case EventKind.bidi:
        this.#onBidi(handle, a, b);
        break;
      case EventKind.datagram:
        this.#connections.get(handle)?.events?.onDatagram(payload);
        break;
      case EventKind.request:
        this.#endpoints.get(a)?.(handle);
        break;
      case EventKind.session:
        this.#onSession(handle);
        break;
      case EventKind.failed:
        this.takeDoor(handle)?.onFailed(decoder.decode(payload), a === 0 ? undefined : a);
        break;
      case EventKind.gone:
        this.#onGone(a, payload);
        break;
      case EventKind.closed:
        this.#onClosed(handle, a, ENDED_BY[b] ?? "lost", decoder.decode(payload));
        break;
    }
  }

  #onUni(connection: Handle, handle: Handle): void {
    const events = this.#connections.get(connection)?.events;
    if (events === undefined) return;
    const stream = new QuicRecvStream(this, handle);
    this.#recvs.set(handle, stream);
    try {
      stream.hear(events.onUni(stream));
    } catch (error) {
      stream.stop(0);
      throw error;
    }
    this.#arrived.push(stream);
  }

  #onBidi(connection: Handle, receiving: Handle, sending: Handle): void {
    const events = this.#connections.get(connection)?.events;
    if (events === undefined) return;
    const recv = new QuicRecvStream(this, receiving);
    this.#recvs.set(receiving, recv);
    const send = new QuicSendStream(this.carrier, sending);
    const hearer = events.onBidi({ send, recv });
    recv.hear(hearer);
    this.#arrived.push(recv);
    // The application may have reset it already.
    if (!send.ended) this.carrier.hear(sending, hearer);
  }

  #onSession(handle: Handle): void {
    const door = this.#doors.get(handle);
    const info = this.native.info(handle);
    if (door === undefined) {
      // Cancelled at the last moment.
      this.native.closeConnection(handle, 0, "");
      return;
    }
    // Lost already: its end is what comes next.
    if (info === null) return;
    this.takeDoor(handle);
    const connection = new QuicConnection(this, handle, connectionInfo(info, door.dialled, info.protocol));
    this.#connections.set(handle, connection);
    this.#keepAlive.hold();
    connection.events = door.onConnection(connection);
  }

  #onGone(sending: number, payload: Uint8Array): void {
    const handles = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    for (let i = 0; i < payload.byteLength / 4; i++) {
      const handle = handles.getUint32(i * 4, true);
      if (i < sending) this.carrier.takeHearer(handle);
      else this.#recvs.get(handle)?.end();
    }
  }

  #onClosed(handle: Handle, code: number, by: CloseInfo["by"], reason: string): void {
    // It stood for so short a time that it was gone before we asked about it.
    this.takeDoor(handle)?.onFailed(reason || "the connection was closed at once", undefined);
    const connection = this.#connections.get(handle);
    if (connection === undefined) return;
    this.#connections.delete(handle);
    this.#end(connection, by, code, reason);
  }

  #end({ events, closedWith }: QuicConnection, by: CloseInfo["by"], code: number, reason: string): void {
    if (by === "local") this.#keepAlive.releaseAfterFarewell();
    else this.#keepAlive.release();
    // Whoever closes first from the application's point of view has closed it.
    events?.onClosed(closedWith === undefined ? { code, reason, by } : { ...closedWith, by: "local" });
  }
}

const NOTHING = new Uint8Array();
const decoder = new TextDecoder();

/** Without the surprises of `Buffer`, whose `slice` does not copy. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** An application that throws must not take the other events of a batch with it. */
function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
