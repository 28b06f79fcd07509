import type { EventEmitter } from "node:events";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Ctrl-C reaches every process of a terminal's group, and npm passes signals on besides: one press may arrive twice. The
 * same signal within this many milliseconds is the same wish.
 */
const SAME_WISH = 250;

/** Said in the place of a signal when the process that started this one, with a channel to it, is gone. */
const ORPHANED = "the process that started this one is gone";

/**
 * Calls `first` at the first signal to end, and `second` at one that comes after. Returns how to stop listening. A parent
 * that has a channel to this process and ends, in whatever way, is a signal to end as well.
 */
export function onEnd(process: EventEmitter, first: (signal: string) => void, second: () => void): () => void {
  let asked: { signal: string; at: number } | undefined;
  const hear = (signal: string): void => {
    const now = performance.now();
    if (asked === undefined) {
      asked = { signal, at: now };
      first(signal);
    } else if (asked.signal !== signal || now - asked.at > SAME_WISH) second();
  };
  const orphaned = (): void => hear(ORPHANED);
  for (const signal of SIGNALS) process.on(signal, hear);
  process.on("disconnect", orphaned);
  return () => {
    process.off("disconnect", orphaned);
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}
