import type { FrameFormat } from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import { varintLength } from "@moq-relay/protocol/wire";
import type { Group } from "./group.ts";

/** Who hears how a copy of a group fares. */
export interface CopyEvents {
  /** `added` new bytes were appended; the others were known and confirmed. */
  onProgress(copy: GroupCopy, added: number): void;
  /** The copy ended well. */
  onFin(copy: GroupCopy): void;
  onReset(copy: GroupCopy, code: number): void;
  /** These are not the bytes that the group has, or no frames at all. */
  onBroken(copy: GroupCopy, reason: "mismatch" | "malformed"): void;
}

/**
 * One source's copy of a group. Groups of one publisher instance are the same bytes by every route, so copies are merged by
 * position: what the log has is compared, what it lacks is appended. However many routes deliver a group at once, readers
 * see each byte once.
 */
export class GroupCopy implements RecvEvents {
  readonly group: Group;
  readonly #events: CopyEvents;
  readonly #stamp: () => number;
  /** Log offset of the next byte of this copy. */
  #position: number;
  /** A copy from mid-group begins with a timestamp that counts from zero, which stands otherwise in the log: skipped. */
  #skipLead: boolean;
  #skip = 0;
  #over = false;

  private constructor(group: Group, position: number, skipLead: boolean, events: CopyEvents, stamp: () => number) {
    this.group = group;
    this.#position = position;
    this.#skipLead = skipLead;
    this.#events = events;
    this.#stamp = stamp;
  }

  /** Undefined when frame `frameStart` cannot be found in the log, so that nobody knows where these bytes belong. */
  static at(
    group: Group,
    frameStart: number,
    format: FrameFormat,
    events: CopyEvents,
    stamp: () => number,
  ): GroupCopy | undefined {
    const { source } = group;
    if (source.format !== format) return undefined;
    const frame = frameStart - source.frameStart;
    if (frame < 0) return undefined;
    if (frame === 0) return new GroupCopy(group, 0, false, events, stamp);
    const position = source.behindTimestamp(frameStart);
    if (position === undefined) return undefined;
    return new GroupCopy(group, position, format === "timed", events, stamp);
  }

  /** It has nothing left to confirm: what comes next is new. */
  get level(): boolean {
    return !this.#skipLead && this.#skip === 0 && this.#position === this.group.length;
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    const chunk = this.#behindLead(bytes);
    if (chunk.length === 0) return;
    const { group } = this;
    const known = Math.min(chunk.length, group.length - this.#position);
    if (known > 0 && !group.source.log.matches(this.#position, chunk.subarray(0, known)))
      return this.#break("mismatch");
    if (known < chunk.length && !this.#append(known > 0 ? chunk.subarray(known) : chunk)) return;
    this.#position += chunk.length;
    this.#events.onProgress(this, chunk.length - Math.max(known, 0));
  }

  onFin(): void {
    if (this.#over) return;
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

  #append(bytes: Uint8Array): boolean {
    if (!this.group.open) {
      this.#break("mismatch");
      return false;
    }
    try {
      this.group.append(bytes, this.#stamp());
      return true;
    } catch {
      this.#break("malformed");
      return false;
    }
  }

  #break(reason: "mismatch" | "malformed"): void {
    this.#over = true;
    this.#events.onBroken(this, reason);
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
