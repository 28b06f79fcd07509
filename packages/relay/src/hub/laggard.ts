import type { FrameIndex } from "@moq-relay/protocol/model";
import type { Carrier, Handle } from "@moq-relay/protocol/transport";
import type { GroupView } from "./group-view.ts";
import type { Reader } from "./reader.ts";

/**
 * A stream behind the live edge of its group: a late joiner, a slow reader, or one that wants only a part. It reads the log
 * at its own pace, never with more in the transport than the pressure mark, so that what it pins is bounded however long
 * the group is.
 */
export class Laggard {
  readonly reader: Reader;
  readonly handle: Handle;
  /** Log offset of the next byte to write. */
  #offset: number;
  /** Last frame to send; Infinity: to the end. */
  readonly #lastFrame: number;
  #pressed = false;

  constructor(reader: Reader, handle: Handle, offset: number, lastFrame: number) {
    this.reader = reader;
    this.handle = handle;
    this.#offset = offset;
    this.#lastFrame = lastFrame;
  }

  /** Wants only a part of the group, and so never joins those at the live edge. */
  get partial(): boolean {
    return this.#lastFrame !== Number.POSITIVE_INFINITY;
  }

  /** The transport holds enough: wait until it has drained. */
  press(pressed: boolean): void {
    this.#pressed = pressed;
  }

  /** Writes what the transport may hold. Tells whether everything that there is now (or that it wants) has been written. */
  pump(carrier: Carrier, view: GroupView): "behind" | "level" | "complete" {
    const { log, index, highMark, counters } = view;
    const limit = this.#limit(index);
    const end = Math.min(log.length, limit);
    const handles = Uint32Array.of(this.handle);
    while (this.#offset < end) {
      if (this.#pressed || carrier.queued(this.handle) > highMark) return "behind";
      const piece = log.read(this.#offset);
      // Never more at once than what may be queued: a block of the log can be larger than all that a stream may hold.
      const size = Math.min(piece.length, end - this.#offset, highMark);
      const part = size < piece.length ? piece.subarray(0, size) : piece;
      carrier.write(handles, part);
      this.#offset += part.length;
      counters.bytesSent += part.length;
    }
    return this.#offset === limit ? "complete" : "level";
  }

  /** Log offset behind the last wanted frame, once that frame is whole. */
  #limit(index: FrameIndex): number {
    if (this.#lastFrame >= index.complete) return Number.POSITIVE_INFINITY;
    return index.start(this.#lastFrame + 1) ?? Number.POSITIVE_INFINITY;
  }
}
