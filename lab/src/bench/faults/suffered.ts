import type { Gap } from "../../load/gap-watch.ts";

export const DEFAULTS = {
  /** How often every fault has its cycles. */
  rounds: 1,
  cycles: 20,
  /** Of what is published: frames a second, bytes of a frame, frames of a group. */
  rate: 30,
  size: 1_200,
  group: 60,
  subscribers: 3,
  /** Seconds for which halves of a cluster are parted. */
  parted: 30,
  /** 1: relays show each other tokens, so their links are WebTransport's. */
  credentials: 0,
  /** The one fault to inflict, by its place in the list; -1 for all. */
  only: -1,
};
export type Options = typeof DEFAULTS;

/** What viewers saw of one fault; gaps in milliseconds beyond the interval of frames. */
export interface Suffered extends Record<string, string | number> {
  readonly fault: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Frames, of the viewer that fared worst. */
  readonly missing: number;
  readonly twice: number;
}

/** A fault that can be inflicted on a flow, again and again. */
export interface Fault {
  readonly name: string;
  /** Cycles that a test has the time for. */
  readonly tested: number;
  /** What a gap must not exceed in a test, on a machine that does much else; milliseconds. */
  readonly bound: number;
  /** Whether viewers ask again by themselves, and may be given twice what they had of a group. */
  readonly asksAgain?: boolean;
  /** It is inflicted in a network namespace of its own. */
  readonly alone?: boolean;
  /** Why it cannot be inflicted here, in one line; `undefined` when it can. */
  missing?(): string | undefined;
  suffer(options: Options): Promise<readonly Suffered[]>;
}

/** Sums up the longest gap of each cycle, and what each viewer saw in all. */
export function sumUp(fault: string, gaps: readonly number[], sums: readonly Gap[]): Suffered {
  for (const hole of new Set(sums.flatMap(({ holes }) => holes))) console.error(`${fault}: group ${hole}`);
  const ordered = [...gaps].sort((a, b) => a - b);
  return {
    fault,
    p50: ordered[Math.floor(ordered.length / 2)] ?? Number.NaN,
    p99: ordered[Math.ceil(ordered.length * 0.99) - 1] ?? Number.NaN,
    max: ordered.at(-1) ?? Number.NaN,
    missing: Math.max(...sums.map(({ missing }) => missing)),
    twice: Math.max(...sums.map(({ twice }) => twice)),
  };
}
