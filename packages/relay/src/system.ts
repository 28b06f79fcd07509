import { randomInt } from "node:crypto";
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
