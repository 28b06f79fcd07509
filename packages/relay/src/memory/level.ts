/** What there is, and what of it is used; bytes. */
export interface MemoryState {
  readonly used: number;
  /** What the process may use in all. */
  readonly limit: number;
  /** The limit is the process's own: passing it means to be killed. Otherwise it shares the machine with others. */
  readonly own: boolean;
}

/**
 * How short memory is. Each level includes what the one before does: "shrink" gives up cached groups, "refuse" takes no new
 * session, "shed" ends the sessions that hold most.
 */
export type MemoryLevel = "calm" | "shrink" | "refuse" | "shed";

/** Used shares of the limit at which the levels begin. */
export interface MemoryMarks {
  readonly shrink: number;
  readonly refuse: number;
  readonly shed: number;
}

/** The marks that keep `headroom` (a share, 0 to 1) free: new sessions are refused there, the cache goes before, the slowest behind. */
export function marksOf(headroom: number): MemoryMarks {
  return { shrink: Math.max(0, 1 - 2 * headroom), refuse: 1 - headroom, shed: 1 - headroom / 2 };
}

/** A level is left only when this share of the limit lies between, so that it does not flap. */
const HYSTERESIS = 0.02;

/** The level now, coming from `before`. On a machine shared with others only the cache gives way: the need may be theirs. */
export function levelOf({ used, limit, own }: MemoryState, marks: MemoryMarks, before: MemoryLevel): MemoryLevel {
  const share = used / limit;
  const above = (level: Exclude<MemoryLevel, "calm">): boolean => {
    const held = MEMORY_LEVELS.indexOf(before) >= MEMORY_LEVELS.indexOf(level);
    return share >= marks[level] - (held ? HYSTERESIS : 0);
  };
  if (own && above("shed")) return "shed";
  if (own && above("refuse")) return "refuse";
  return above("shrink") ? "shrink" : "calm";
}

/** From plenty to none. */
export const MEMORY_LEVELS: readonly MemoryLevel[] = ["calm", "shrink", "refuse", "shed"];
