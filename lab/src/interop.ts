/**
 * Tries all clients that were not written here, in all versions, on all transports, and writes docs/interop.md.
 */
import { chromiumMissing } from "./browser/chromium.ts";
import { referenceMissing } from "./clients/reference-client.ts";
import type { Row } from "./interop/cell.ts";
import { writeFindings } from "./interop/findings.ts";
import { REFERENCE } from "./interop/reference-rows.ts";
import { tryBrowser, tryNpm, tryReference } from "./interop/run.ts";
import { ourRelay } from "./process/our-relay.ts";
import { quicMissing } from "./process/quic-addon.ts";

const began = performance.now();
const absent: Record<string, string> = {};
const rows: Row[] = await tryNpm();
await addTo(REFERENCE, quicMissing() ?? referenceMissing(), tryReference);
await addTo("Chromium", quicMissing() ?? chromiumMissing(), tryBrowser);
writeFindings({ date: new Date().toISOString().slice(0, 10), relay: ourRelay.name, rows, absent });
const cells = rows.flatMap((row) => Object.values(row.cells));
const count = (outcome: string) => cells.filter((cell) => cell.outcome === outcome).length;
const took = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${rows.length} rows in ${took} s: ${count("ok")} cells ok, ${count("failed")} failed, ${count("none")} empty`,
);
process.exit(0);

async function addTo(client: string, missing: string | undefined, rowsOf: () => Promise<Row[]>): Promise<void> {
  if (missing === undefined) rows.push(...(await rowsOf()));
  else absent[client] = missing;
}
