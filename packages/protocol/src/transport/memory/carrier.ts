import { HandleTable } from "../handle-table.ts";
import type { Carrier, Handle, SendEvents } from "../transport.ts";
import { MemoryConnection } from "./connection.ts";
import type { IncomingStream } from "./incoming.ts";
import { OutgoingStream } from "./outgoing.ts";

/** The vectored calls of a network in memory. */
export class MemoryCarrier implements Carrier {
  readonly handles: HandleTable<MemoryConnection | IncomingStream | OutgoingStream>;

  /** `maxHandles`: how many connections and halves of streams may be there at once. */
  constructor(maxHandles: number) {
    this.handles = new HandleTable(maxHandles);
  }

  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    ends: Uint32Array,
    priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void {
    const copy = headers.slice();
    let start = 0;
    for (let i = 0; i < connections.length; i++) {
      const end = ends[i] ?? start;
      const connection = this.handles.get(connections[i] ?? 0);
      out[i] = 0;
      if (connection instanceof MemoryConnection) {
        const stream = connection.openUni(priorities[i] ?? 0, events);
        stream.enqueue(copy.subarray(start, end));
        out[i] = stream.handle;
      }
      start = end;
    }
  }

  write(streams: Uint32Array, bytes: Uint8Array): void {
    const copy = bytes.slice();
    for (const handle of streams) this.#outgoing(handle)?.enqueue(copy);
  }

  finish(streams: Uint32Array): void {
    for (const handle of streams) this.#outgoing(handle)?.finish();
  }

  reset(streams: Uint32Array, code: number): void {
    for (const handle of streams) this.#outgoing(handle)?.reset(code);
  }

  setPriority(streams: Uint32Array, priorities: Int32Array): void {
    for (let i = 0; i < streams.length; i++) this.#outgoing(streams[i] ?? 0)?.setPriority(priorities[i] ?? 0);
  }

  sendDatagrams(connections: Uint32Array, headers: Uint8Array, ends: Uint32Array, body: Uint8Array): number {
    let taken = 0;
    let start = 0;
    for (let i = 0; i < connections.length; i++) {
      const end = ends[i] ?? start;
      const connection = this.handles.get(connections[i] ?? 0);
      if (connection instanceof MemoryConnection) {
        const datagram = new Uint8Array(end - start + body.length);
        datagram.set(headers.subarray(start, end));
        datagram.set(body, end - start);
        if (connection.sendDatagram(datagram)) taken += 1;
      }
      start = end;
    }
    return taken;
  }

  queued(stream: Handle): number {
    return this.#outgoing(stream)?.queued ?? 0;
  }

  #outgoing(handle: Handle): OutgoingStream | undefined {
    const named = this.handles.get(handle);
    return named instanceof OutgoingStream ? named : undefined;
  }
}
