/**
 * Where frames begin in a group's byte log. Filled by one scan per group; read when somebody starts in mid-group or asks
 * for single frames.
 */
export class FrameIndex {
  readonly #starts: number[] = [];
  readonly #timestamps: number[] = [];
  #complete = 0;
  #end = 0;

  /** A frame's head was seen: the log offset of its first byte, and its timestamp. */
  begin(start: number, timestamp: number): void {
    this.#starts.push(start);
    this.#timestamps.push(timestamp);
  }

  /** The frame begun last is whole; it ends before log offset `end`. */
  finish(end: number): void {
    this.#complete += 1;
    this.#end = end;
  }

  /** Frames that are whole. */
  get complete(): number {
    return this.#complete;
  }

  /** Frames begun, whole or not. */
  get begun(): number {
    return this.#starts.length;
  }

  /** Log offset behind the last whole frame. */
  get end(): number {
    return this.#end;
  }

  /** Log offset at which frame `i` begins, or will begin when it is the next to come; undefined beyond that. */
  start(i: number): number | undefined {
    return i === this.#starts.length && i === this.#complete ? this.#end : this.#starts[i];
  }

  /** Absolute timestamp of frame `i`, in the track's units. */
  timestamp(i: number): number | undefined {
    return this.#timestamps[i];
  }
}
