import type { Handle } from "@moq-relay/protocol/transport";
import type { Reader } from "./reader.ts";

/** Streams and who reads them, as parallel arrays: the handles go to the carrier as they are, in one call for each chunk. */
export class Streams {
  #handles = new Uint32Array(8);
  readonly #readers: Reader[] = [];
  readonly #places = new Map<Handle, number>();

  get size(): number {
    return this.#readers.length;
  }

  /** Handles of all streams, valid until the next change. */
  get handles(): Uint32Array {
    return this.#handles.subarray(0, this.#readers.length);
  }

  get readers(): readonly Reader[] {
    return this.#readers;
  }

  add(handle: Handle, reader: Reader): void {
    const place = this.#readers.length;
    if (place === this.#handles.length) {
      const larger = new Uint32Array(place * 2);
      larger.set(this.#handles);
      this.#handles = larger;
    }
    this.#handles[place] = handle;
    this.#readers.push(reader);
    this.#places.set(handle, place);
  }

  /** Takes a stream out; undefined when it is not here. The last one takes its place. */
  remove(handle: Handle): Reader | undefined {
    const place = this.#places.get(handle);
    if (place === undefined) return undefined;
    const reader = this.#readers[place]!;
    const last = this.#readers.length - 1;
    const moved = this.#handles[last]!;
    this.#handles[place] = moved;
    this.#readers[place] = this.#readers[last]!;
    this.#places.set(moved, place);
    this.#places.delete(handle);
    this.#readers.pop();
    return reader;
  }

  clear(): void {
    this.#readers.length = 0;
    this.#places.clear();
  }

  /** The stream of a reader, 0 when it has none here. */
  handleOf(reader: Reader): Handle {
    const place = this.#readers.indexOf(reader);
    return place < 0 ? 0 : this.#handles[place]!;
  }
}
