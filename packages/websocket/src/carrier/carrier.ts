import { type Carrier, type Handle, HandleTable, type SendEvents } from "@moq-relay/protocol/transport";
import { type ConnectionOwner, WebSocketConnection } from "../connection/connection.ts";
import { SendHalf } from "../connection/send-half.ts";
import type { Settings } from "../settings.ts";
import { Agenda } from "./agenda.ts";

/** The fraction of the shortest interval of keep-alives at which all connections are looked after. */
const BEATS = 5;

/** All WebSocket connections of a process, and vectored sending over them. */
export class WebSocketCarrier implements Carrier, ConnectionOwner {
  readonly settings: Settings;
  readonly agenda: Agenda;
  readonly handles: HandleTable<object>;
  readonly #connections = new Set<WebSocketConnection>();
  #beating = false;

  constructor(settings: Settings) {
    this.settings = settings;
    this.agenda = new Agenda(settings.clock);
    this.handles = new HandleTable(settings.maxHandles);
  }

  get carrier(): Carrier {
    return this;
  }

  get connections(): ReadonlySet<WebSocketConnection> {
    return this.#connections;
  }

  get isFull(): boolean {
    return this.#connections.size >= this.settings.maxConnections;
  }

  add(connection: WebSocketConnection): Handle {
    const handle = this.isFull ? 0 : this.handles.add(connection);
    if (handle !== 0) {
      this.#connections.add(connection);
      this.#beatLater();
    }
    return handle;
  }

  remove(connection: WebSocketConnection): void {
    this.#connections.delete(connection);
    this.handles.delete(connection.handle);
  }

  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    ends: Uint32Array,
    priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void {
    const bytes = new Uint8Array(headers);
    let begin = 0;
    for (let i = 0; i < connections.length; i++) {
      const end = ends[i]!;
      const connection = this.handles.get(connections[i]!);
      const half = connection instanceof WebSocketConnection ? connection.openHalf(priorities[i]!, events) : undefined;
      out[i] = half?.handle ?? 0;
      half?.push(bytes.subarray(begin, end));
      begin = end;
    }
  }

  write(streams: Uint32Array, bytes: Uint8Array): void {
    const shared = new Uint8Array(bytes);
    for (let i = 0; i < streams.length; i++) this.#sending(streams[i]!)?.push(shared);
  }

  finish(streams: Uint32Array): void {
    for (let i = 0; i < streams.length; i++) this.#sending(streams[i]!)?.finish();
  }

  reset(streams: Uint32Array, code: number): void {
    for (let i = 0; i < streams.length; i++) this.#sending(streams[i]!)?.reset(code);
  }

  setPriority(streams: Uint32Array, priorities: Int32Array): void {
    for (let i = 0; i < streams.length; i++) this.#sending(streams[i]!)?.setPriority(priorities[i]!);
  }

  queued(stream: Handle): number {
    return this.#sending(stream)?.queued ?? 0;
  }

  #sending(handle: Handle): SendHalf | undefined {
    const half = this.handles.get(handle);
    return half instanceof SendHalf ? half : undefined;
  }

  /** Looks after all connections as long as there are any. */
  #beatLater(): void {
    if (this.#beating) return;
    this.#beating = true;
    const { clock, pingInterval, idleTimeout } = this.settings;
    clock.schedule(Math.min(pingInterval, idleTimeout / 3) / BEATS, () => {
      this.#beating = false;
      for (const connection of this.#connections) connection.beat();
      if (this.#connections.size > 0) this.#beatLater();
    });
  }
}
