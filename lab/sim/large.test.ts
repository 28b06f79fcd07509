/** The simulator: random histories of large clusters, and of those with trees and circles. */
import { test } from "node:test";
import { holds } from "./checks/holds.ts";

/** Of each. */
const SEEDS = 20;

for (const topology of ["ring4", "mesh8", "chords12", "sea", "tides", "grove", "vine", "star50", "hundred"]) {
  test(`${SEEDS} seeds of ${topology} break no invariant`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) holds(seed, topology);
  });
}
