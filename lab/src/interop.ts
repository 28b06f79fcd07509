/**
 * Tries all clients that were not written here, in all versions, on all transports, and writes docs/interop.md. The Rust
 * command line is a program that is not installed with the others: its rows are tried anew when MOQ_CLI names it, alone with
 * `--rust-cli`, and stay as they are when not.
 */
import { parseArgs } from "node:util";
import { chromiumMissing } from "./browser/chromium.ts";
import { referenceMissing } from "./clients/reference-client.ts";
import { RUST_CLI, rustCliMissing } from "./clients/rust-cli.ts";
import type { Row } from "./interop/cell.ts";
import { readFindings, writeFindings } from "./interop/findings.ts";
import { REFERENCE } from "./interop/reference-rows.ts";
import { tryBrowser, tryNpm, tryReference, tryRustCli } from "./interop/run.ts";
import type { Findings } from "./interop/table.ts";
import { ourRelay } from "./process/our-relay.ts";
import { quicMissing } from "./process/quic-addon.ts";
import { ffmpegMissing } from "./video/video-clip.ts";

const began = performance.now();
const today = new Date().toISOString().slice(0, 10);
const before = readFindings();
const { values } = parseArgs({ options: { "rust-cli": { type: "boolean", default: false } } });
const noRustCli = rustCliMissing() ?? quicMissing() ?? ffmpegMissing();
if (noRustCli !== undefined) {
  console.error(`${RUST_CLI} is not tried, and its rows stay: ${noRustCli}`);
  if (values["rust-cli"]) process.exit(1);
}
const others = values["rust-cli"] ? before : await tryOthers();
const tried = noRustCli === undefined ? await tryRustCli() : [];
writeFindings(noRustCli === undefined ? withRustCli(others, tried, today) : others);
report([...(values["rust-cli"] ? [] : others.rows.filter(isOther)), ...tried]);
process.exit(0);

/** All but moq-cli, whose rows stay. */
async function tryOthers(): Promise<Findings> {
  const absent: Record<string, string> = {};
  const rows: Row[] = await tryNpm();
  const addTo = async (client: string, missing: string | undefined, rowsOf: () => Promise<Row[]>) => {
    if (missing === undefined) rows.push(...(await rowsOf()));
    else absent[client] = missing;
  };
  await addTo(REFERENCE, quicMissing() ?? referenceMissing(), tryReference);
  await addTo("Chromium", quicMissing() ?? chromiumMissing(), tryBrowser);
  const stay = before.rows.filter((row) => !isOther(row));
  return { ...before, date: today, relay: ourRelay.name, rows: [...rows, ...stay], absent };
}

function withRustCli(findings: Findings, tried: readonly Row[], day: string): Findings {
  const apart = { ...findings.apart, [RUST_CLI]: day };
  return { ...findings, rows: [...findings.rows.filter(isOther), ...tried], apart };
}

function isOther({ client }: Row): boolean {
  return client !== RUST_CLI;
}

function report(rows: readonly Row[]): void {
  const cells = rows.flatMap((row) => Object.values(row.cells));
  const count = (outcome: string) => cells.filter((cell) => cell.outcome === outcome).length;
  const took = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${rows.length} rows in ${took} s: ${count("ok")} cells ok, ${count("failed")} failed, ${count("none")} empty`,
  );
}
