/**
 * How long the reference client takes to find a broadcast across three nodes, and to its first frame: at each relay in turns,
 * broadcast by broadcast.
 */
import { findInTurns, referenceMissing } from "../clients/reference-client.ts";
import { quicMissing } from "../process/quic-addon.ts";
import type { RelayKind } from "../process/relay-kind.ts";
import { startThreeNodes, type ThreeNodes } from "../process/three-nodes.ts";
import { numbers } from "./options.ts";
import { relaysToMeasure } from "./relays.ts";
import { keep, printTable, type Row } from "./report.ts";

const DEFAULTS = { rounds: 1, broadcasts: 150 };

export async function firstFrame(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const missing = referenceMissing() ?? quicMissing();
  if (missing !== undefined) console.log(`nothing can be measured: ${missing}`);
  const kinds = missing === undefined ? relaysToMeasure() : [];
  const rows: Row[] = [];
  for (let round = 1; kinds.length > 0 && round <= options.rounds; round++)
    rows.push(...(await inTurns(kinds, options)));
  printTable(`First frame across three nodes, ${options.broadcasts} broadcasts at each in turns, milliseconds`, rows);
}

async function inTurns(kinds: readonly RelayKind[], options: typeof DEFAULTS): Promise<Row[]> {
  const clusters: ThreeNodes[] = [];
  try {
    for (const kind of kinds) clusters.push(await startThreeNodes(kind, { logLevel: "error" }));
    const found = await findInTurns(
      clusters.map(({ entry, exit }) => [entry.httpsUrl, exit.httpsUrl]),
      options.broadcasts,
    );
    const rows = found.map(({ announce, first }, i) => ({
      relay: kinds[i]?.name ?? "",
      "announce p50": announce.p50,
      "announce p99": announce.p99,
      "first frame p50": first.p50,
      "first frame p99": first.p99,
    }));
    for (const row of rows) keep("first-frame", { options, ...row });
    return rows;
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
}
