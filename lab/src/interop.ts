/**
 * Tries all clients that were not written here, in all versions, on all transports, and writes docs/interop.md.
 */
import { writeFindings } from "./interop/findings.ts";
import { tryNpm } from "./interop/run.ts";
import { ourRelay } from "./process/our-relay.ts";

const began = performance.now();
const rows = await tryNpm();
writeFindings({ date: new Date().toISOString().slice(0, 10), relay: ourRelay.name, rows, absent: {} });
const cells = rows.flatMap((row) => Object.values(row.cells));
const count = (outcome: string) => cells.filter((cell) => cell.outcome === outcome).length;
const took = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${rows.length} rows in ${took} s: ${count("ok")} cells ok, ${count("failed")} failed, ${count("none")} empty`,
);
process.exit(0);
