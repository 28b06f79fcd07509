import { randomInt } from "node:crypto";
import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { Clock, Random } from "@moq-relay/protocol/model";

/** The machine's time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (delay, run) => {
    const timer = setTimeout(run, delay);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The machine's chance. */
export const systemRandom: Random = {
  next: () => Math.random(),
  // Two draws, because an identity has 53 bits and a draw at most 48.
  id: () => (BigInt(randomInt(2 ** 26)) << 27n) + BigInt(randomInt(1, 2 ** 27)),
};

let measured: EventLoopUtilization = performance.eventLoopUtilization();

/** How busy the JavaScript thread was since this was asked last, 0 to 1. */
export function eventLoopLoad(): number {
  const now = performance.eventLoopUtilization();
  const { utilization } = performance.eventLoopUtilization(now, measured);
  measured = now;
  return Math.round(utilization * 1_000) / 1_000;
}
