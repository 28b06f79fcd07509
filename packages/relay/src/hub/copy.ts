import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { FrameFormat } from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import { varintLength, WireError, type WireErrorCode } from "@moq-relay/protocol/wire";
import type { Group } from "./group.ts";

/** Who hears how a copy of a group fares. All but the first are last events. */
export interface CopyEvents {
  /** `added` new bytes were appended; the others were known and confirmed. */
  onProgress(copy: GroupCopy, added: number): void;
  /** The copy ended well, and with it the group is whole. */
  onFin(copy: GroupCopy): void;
  onReset(copy: GroupCopy, code: number): void;
  /** These are not the bytes that the group has ("mismatch"), or no frames that can be taken (the stream code for that). */
  onBroken(copy: GroupCopy, why: "mismatch" | number): void;
  /** Tells the source that no more of this copy is wanted. */
  stop(code: number): void;
  /** Milliseconds; dates frames that carry no timestamp. */
  stamp(): number;
}

/**
 * One source's copy of a group. Groups of one publisher instance are the same bytes by every route, so copies are merged by
 * position: what the log has is compared, what it lacks is appended. However many routes deliver a group at once, readers
 * see each byte once.
 */
export class GroupCopy implements RecvEvents {
  readonly group: Group;
  readonly #events: CopyEvents;
  /** Log offset of the next byte of this copy. */
  #position: number;
  /** A copy from mid-group begins with a timestamp that counts from zero, which stands otherwise in the log: skipped. */
  #skipLead: boolean;
  #skip = 0;
  #over = false;

  private constructor(group: Group, position: number, skipLead: boolean, events: CopyEvents) {
    this.group = group;
    this.#position = position;
    this.#skipLead = skipLead;
    this.#events = events;
  }

  /** Undefined when frame `frameStart` cannot be found in the log, so that nobody knows where these bytes belong. */
  static at(group: Group, frameStart: number, format: FrameFormat, events: CopyEvents): GroupCopy | undefined {
    const { source } = group;
    if (source.format !== format) return undefined;
    const frame = frameStart - source.frameStart;
    if (frame < 0) return undefined;
    if (frame === 0) return new GroupCopy(group, 0, false, events);
    const position = source.behindTimestamp(frameStart);
    if (position === undefined) return undefined;
    return new GroupCopy(group, position, format === "timed", events);
  }

  /** It has nothing left to confirm: what comes next is new. */
  get level(): boolean {
    return !this.#skipLead && this.#skip === 0 && this.#position === this.group.length;
  }

  onData(bytes: Uint8Array): void {
    if (this.#over || !this.#wanted()) return;
    const chunk = this.#behindLead(bytes);
    if (chunk.length === 0) return;
    const { group } = this;
    const known = Math.min(chunk.length, group.length - this.#position);
    if (known > 0 && !group.source.log.matches(this.#position, chunk.subarray(0, known)))
      return this.#break("mismatch");
    if (known < chunk.length && !this.#append(known > 0 ? chunk.subarray(known) : chunk)) return;
    this.#position += chunk.length;
    this.#events.onProgress(this, chunk.length - known);
  }

  onFin(): void {
    if (this.#over || !this.#wanted()) return;
    if (!this.level) return this.#break("mismatch");
    if (this.group.source.partial) return this.#break(STREAM_CODE.malformedTrack);
    this.#over = true;
    this.#events.onFin(this);
  }

  onReset(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.onReset(this, code);
  }

  /** Its source is gone or no longer wanted. */
  abandon(): void {
    this.#over = true;
  }

  /** A group that was given up here (too old, no room for it) takes no more. */
  #wanted(): boolean {
    if (this.group.open || this.group.finished) return true;
    this.#over = true;
    this.#events.stop(STREAM_CODE.cancel);
    this.#events.onReset(this, STREAM_CODE.cancel);
    return false;
  }

  #append(bytes: Uint8Array): boolean {
    if (this.group.finished) {
      this.#break("mismatch");
      return false;
    }
    try {
      this.group.append(bytes, this.#events.stamp());
      return true;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#break(CODES[error.code] ?? STREAM_CODE.malformedTrack);
      return false;
    }
  }

  #break(why: "mismatch" | number): void {
    this.#over = true;
    this.#events.stop(why === "mismatch" ? STREAM_CODE.cancel : why);
    this.#events.onBroken(this, why);
  }

  #behindLead(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    if (this.#skipLead && rest.length > 0) {
      this.#skipLead = false;
      this.#skip = varintLength(rest[0]!);
    }
    if (this.#skip > 0) {
      const n = Math.min(this.#skip, rest.length);
      this.#skip -= n;
      rest = rest.subarray(n);
    }
    return rest;
  }
}

/** What a publisher is told of frames that cannot be taken; everything else is a malformed track. */
const CODES: Partial<Record<WireErrorCode, number>> = {
  "message-too-large": STREAM_CODE.groupTooLarge,
  "frame-too-large": STREAM_CODE.frameTooLarge,
  "timestamp-out-of-range": STREAM_CODE.timestamp,
};
