import { readFileSync } from "node:fs";

/** What a process has used. */
export interface Usage {
  /** User and system time of all its threads, seconds; /proc counts in steps of 10 ms. */
  readonly cpuSeconds: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

/** Linux has given 100 to every program since 2.6, whatever the kernel's own rate is. */
const TICKS_PER_SECOND = 100;

/**
 * Reads the usage of a process.
 *
 * @throws when there is no such process (or no /proc).
 */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold blanks and parentheses: count fields from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, rss: kibibytes * 1024 };
}
