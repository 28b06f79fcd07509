import { totalmem } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MemoryState } from "./level.ts";

/**
 * What the process uses, and what it may: `configured` bytes, else what its container allows, else the machine's memory, which
 * it shares. Bytes of groups lie outside the heap of JavaScript, so only what is resident counts.
 *
 * @param configured bytes; 0 for what the system allows.
 */
export function systemMemory(configured: number): MemoryState {
  const total = totalmem();
  const rss = process.memoryUsage.rss();
  const allowed = configured || process.constrainedMemory();
  if (allowed > 0 && allowed < total) return { used: rss, limit: allowed, own: true };
  return { used: total - process.availableMemory(), limit: total, own: false };
}

/** Collects what nobody uses, now. Stops the JavaScript thread for some milliseconds. */
export function collectGarbage(): void {
  collector ??= exposeCollector();
  collector();
}

let collector: (() => void) | undefined;

/** There is no other way to ask for a collection than by this flag, which may be set late. */
function exposeCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const exposed = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return exposed;
}
