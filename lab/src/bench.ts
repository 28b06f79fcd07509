/**
 * `npm run bench [-- name [--option number]…]`: the benches, latency and fanout when none is named. Each says in its first
 * lines what it is; with MOQ_BENCH_OUT=file every result is kept as a line of JSON, too.
 */
import { announce } from "./bench/announce.ts";
import { coldTrack } from "./bench/cold-track.ts";
import { congestion } from "./bench/congestion.ts";
import { fanout } from "./bench/fanout.ts";
import { faults } from "./bench/faults.ts";
import { firstFrame } from "./bench/first-frame.ts";
import { latency } from "./bench/latency.ts";
import { memoryCap } from "./bench/memory-cap.ts";
import { printSetting } from "./bench/report.ts";
import { slowReader } from "./bench/slow-reader.ts";
import { soak } from "./bench/soak.ts";

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  latency,
  fanout,
};

/** Those that take minutes, or want the machine for themselves: only when they are named. */
const LONG: typeof BENCHES = {
  announce,
  "cold-track": coldTrack,
  congestion,
  faults,
  "first-frame": firstFrame,
  "memory-cap": memoryCap,
  "slow-reader": slowReader,
  soak,
};

const [name, ...args] = process.argv.slice(2);
const chosen = name === undefined ? Object.values(BENCHES) : [BENCHES[name] ?? LONG[name]];
printSetting();
try {
  for (const bench of chosen) {
    if (bench === undefined)
      throw new Error(`there is no bench "${name}", but ${Object.keys({ ...BENCHES, ...LONG }).join(", ")}`);
    await bench(args);
  }
  // The QUIC engine of the load would keep the process alive.
  process.exit(0);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exit(1);
}
