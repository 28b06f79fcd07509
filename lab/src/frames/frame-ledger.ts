import { decodeFrame, type NumberedFrame } from "./numbered-frame.ts";

/** What a receiver has seen of one instance of a broadcast. */
export interface LedgerSummary {
  readonly instance: number;
  /** The lowest and the highest group of which a frame came. */
  readonly firstGroup: number;
  readonly lastGroup: number;
  readonly received: number;
  /** Frames of the groups from `firstGroup` to `lastGroup` that did not come, the open end of `lastGroup` excepted. */
  readonly missing: number;
  readonly duplicated: number;
  /** Whether the last frame of `lastGroup` came. */
  readonly complete: boolean;
  /** Up to ten of the missing ones, as "group/index". */
  readonly examples: readonly string[];
}

/** Keeps book of the frames that a receiver gets: none missing, none twice, none altered. */
export class FrameLedger {
  /** Frames whose bytes, or whose group, were not those that the publisher wrote. */
  altered = 0;
  readonly #instances = new Map<number, Instance>();

  /**
   * Notes one frame.
   *
   * @param sequence number of the group in which it came; -1 where the receiver cannot tell.
   * @returns what it says, undefined when it was altered.
   */
  record(bytes: Uint8Array, sequence: number): NumberedFrame | undefined {
    const frame = decodeFrame(bytes);
    if (frame === undefined || (sequence !== -1 && sequence !== frame.group)) {
      this.altered += 1;
      return undefined;
    }
    let instance = this.#instances.get(frame.instance);
    if (instance === undefined) {
      instance = { groups: new Map(), groupSize: frame.groupSize, received: 0, duplicated: 0 };
      this.#instances.set(frame.instance, instance);
    }
    count(instance, frame);
    return frame;
  }

  /** One summary for each instance, in the order of their first frames. */
  summaries(): LedgerSummary[] {
    return [...this.#instances].map(([id, instance]) => summary(id, instance));
  }

  summary(instance: number): LedgerSummary | undefined {
    const found = this.#instances.get(instance);
    return found === undefined ? undefined : summary(instance, found);
  }
}

interface Instance {
  /** The indices that came, for each group. */
  readonly groups: Map<number, Set<number>>;
  readonly groupSize: number;
  received: number;
  duplicated: number;
}

function count(instance: Instance, frame: NumberedFrame): void {
  let indices = instance.groups.get(frame.group);
  if (indices === undefined) {
    indices = new Set();
    instance.groups.set(frame.group, indices);
  }
  instance.received += 1;
  if (indices.has(frame.index)) instance.duplicated += 1;
  indices.add(frame.index);
}

function summary(id: number, instance: Instance): LedgerSummary {
  const groups = [...instance.groups.keys()];
  const firstGroup = groups.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const lastGroup = groups.reduce((a, b) => Math.max(a, b), 0);
  const absent: string[] = [];
  for (let group = firstGroup; group <= lastGroup; group++) {
    const indices = instance.groups.get(group);
    const end = group === lastGroup ? Math.max(...(indices ?? [])) + 1 : instance.groupSize;
    for (let index = 0; index < end; index++) {
      if (indices?.has(index) !== true) absent.push(`${group}/${index}`);
    }
  }
  return {
    instance: id,
    firstGroup,
    lastGroup,
    received: instance.received,
    missing: absent.length,
    duplicated: instance.duplicated,
    complete: instance.groups.get(lastGroup)?.has(instance.groupSize - 1) === true,
    examples: absent.slice(0, 10),
  };
}
