/**
 * `npm run bench [-- latency|fanout|congestion [--option number]…]`: the benches, all of them when none is named. Each says in its
 * first lines what it is; with MOQ_BENCH_OUT=file every result is kept as a line of JSON, too.
 */
import { congestion } from "./bench/congestion.ts";
import { fanout } from "./bench/fanout.ts";
import { latency } from "./bench/latency.ts";
import { printSetting } from "./bench/report.ts";

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  latency,
  fanout,
  congestion,
};

const [name, ...args] = process.argv.slice(2);
const chosen = name === undefined ? Object.values(BENCHES) : [BENCHES[name]];
printSetting();
try {
  for (const bench of chosen) {
    if (bench === undefined) throw new Error(`there is no bench "${name}", but ${Object.keys(BENCHES).join(", ")}`);
    await bench(args);
  }
  // The QUIC engine of the load would keep the process alive.
  process.exit(0);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exit(1);
}
