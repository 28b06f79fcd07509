import type { Carrier, Handle, SendEvents } from "@moq-relay/protocol/transport";
import type { NativeEngine } from "./native.ts";

/** Vectored sending over one engine. It knows who hears each sending stream. */
export class QuicCarrier implements Carrier {
  readonly #native: NativeEngine;
  readonly #hearers = new Map<Handle, SendEvents>();
  /** For calls that concern one stream. */
  readonly #one = new Uint32Array(1);
  readonly #onePriority = new Int32Array(1);

  constructor(native: NativeEngine) {
    this.#native = native;
  }

  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    ends: Uint32Array,
    priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void {
    this.#native.openUniMany(connections, headers, ends, priorities, out);
    for (let i = 0; i < connections.length; i++) {
      const handle = out[i] as number;
      if (handle !== 0) this.#hearers.set(handle, events);
    }
  }

  write(streams: Uint32Array, bytes: Uint8Array): void {
    this.#native.writeMany(streams, bytes);
  }

  finish(streams: Uint32Array): void {
    this.#native.finishMany(streams);
  }

  reset(streams: Uint32Array, code: number): void {
    for (const handle of streams) this.#hearers.delete(handle);
    this.#native.resetMany(streams, code);
  }

  setPriority(streams: Uint32Array, priorities: Int32Array): void {
    this.#native.setPriorityMany(streams, priorities);
  }

  sendDatagrams(connections: Uint32Array, headers: Uint8Array, ends: Uint32Array, body: Uint8Array): number {
    return this.#native.sendDatagramMany(connections, headers, ends, body);
  }

  queued(stream: Handle): number {
    return this.#native.queued(stream);
  }

  writeOne(stream: Handle, bytes: Uint8Array): void {
    this.#native.write(stream, bytes);
  }

  finishOne(stream: Handle): void {
    this.#one[0] = stream;
    this.#native.finishMany(this.#one);
  }

  resetOne(stream: Handle, code: number): void {
    this.#one[0] = stream;
    this.reset(this.#one, code);
  }

  setPriorityOne(stream: Handle, priority: number): void {
    this.#one[0] = stream;
    this.#onePriority[0] = priority;
    this.#native.setPriorityMany(this.#one, this.#onePriority);
  }

  /** From now on `events` hears `stream`. */
  hear(stream: Handle, events: SendEvents): void {
    this.#hearers.set(stream, events);
  }

  hearer(stream: Handle): SendEvents | undefined {
    return this.#hearers.get(stream);
  }

  /** Gives the hearer of a last event. */
  takeHearer(stream: Handle): SendEvents | undefined {
    const events = this.#hearers.get(stream);
    this.#hearers.delete(stream);
    return events;
  }

  clear(): void {
    this.#hearers.clear();
  }
}
