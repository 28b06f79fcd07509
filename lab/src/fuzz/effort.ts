import { getHeapStatistics } from "node:v8";
import type { Target } from "./target.ts";

/** Bytes allocated so far: on the heap, and outside of it for buffers. */
export function allocated(): number {
  const { total_allocated_bytes, external_memory } = getHeapStatistics() as ReturnType<typeof getHeapStatistics> & {
    total_allocated_bytes: number;
  };
  return total_allocated_bytes + external_memory;
}

/**
 * What an input really takes, milliseconds: the best of some runs, in processor time of this thread. The first time that an
 * input seems slow, it may have been the collector, the compiler, or somebody else on the machine.
 */
export async function effortOf(target: Target, input: Uint8Array): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const before = process.threadCpuUsage();
    await target.run(input);
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, target.slowest?.() ?? (user + system) / 1_000);
  }
  return best;
}

/**
 * What an input makes the code allocate, bytes. The first run is not counted, because of what is made once and kept; of the
 * others the most, since a collection in between gives back what the run before had taken.
 */
export async function allocationOf(target: Target, input: Uint8Array): Promise<number> {
  let most = 0;
  for (let i = 0; i < 5; i++) {
    const before = allocated();
    await target.run(input);
    if (i > 0) most = Math.max(most, allocated() - before);
  }
  return most;
}
