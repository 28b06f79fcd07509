import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { Carrier, Handle, SendEvents, SendStream } from "@moq-relay/protocol/transport";
import type { PulledGroup } from "./pulled-group.ts";

/** Who takes what the streams of a `PullCarrier` bring. */
export interface PullStreams {
  /** The stream of a wanted group. */
  onGroup(stream: Handle, events: SendEvents): PulledGroup;
}

/** To the hub a transport like any other; what is written waits in a `PulledGroup` until somebody reads it. */
export class PullCarrier implements Carrier {
  /** Whether the stream that is opened next is wanted. */
  wanted = false;
  readonly #streams: PullStreams;
  readonly #groups = new Map<Handle, PulledGroup>();
  #count = 0;

  constructor(streams: PullStreams) {
    this.#streams = streams;
  }

  /** One stream by itself, as the answer to a fetch is. */
  begin(events: SendEvents): SendStream {
    const handle = this.#open(events);
    const one = Uint32Array.of(handle);
    return {
      handle,
      write: (bytes) => this.write(one, bytes),
      finish: () => this.finish(one),
      reset: () => this.reset(one),
      setPriority: () => {},
      queued: 0,
    };
  }

  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    _ends: Uint32Array,
    _priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void {
    if (connections.length === 0) return;
    if (!this.wanted) return this.#refuse(events, out);
    const handle = this.#open(events);
    out[0] = handle;
    if (headers.length > 0) this.#groups.get(handle)?.write(headers);
  }

  write(streams: Uint32Array, bytes: Uint8Array): void {
    for (const handle of streams) this.#groups.get(handle)?.write(bytes);
  }

  finish(streams: Uint32Array): void {
    for (const handle of [...streams]) this.#take(handle)?.finish();
  }

  reset(streams: Uint32Array): void {
    for (const handle of [...streams]) this.#take(handle)?.reset();
  }

  setPriority(): void {}

  queued(handle: Handle): number {
    return this.#groups.get(handle)?.queued ?? 0;
  }

  /** Breaks off whatever is open. */
  clear(): void {
    this.reset(Uint32Array.from(this.#groups.keys()));
  }

  #open(events: SendEvents): Handle {
    this.#count += 1;
    this.#groups.set(this.#count, this.#streams.onGroup(this.#count, events));
    return this.#count;
  }

  #refuse(events: SendEvents, out: Uint32Array): void {
    this.#count += 1;
    const handle = this.#count;
    out[0] = handle;
    queueMicrotask(() => events.onStopped(handle, STREAM_CODE.cancel));
  }

  #take(handle: Handle): PulledGroup | undefined {
    const group = this.#groups.get(handle);
    this.#groups.delete(handle);
    return group;
  }
}
