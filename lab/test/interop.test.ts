/**
 * Clients that were not written here, in every version and on every transport: what docs/interop.md calls ok is ok. What it
 * does not call ok may have become so, and is said then; `npm run interop -w lab` writes the page anew.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { referenceMissing } from "../src/clients/reference-client.ts";
import { rustCliMissing } from "../src/clients/rust-cli.ts";
import type { Row } from "../src/interop/cell.ts";
import { CHECKS } from "../src/interop/checks.ts";
import { readFindings, readPage } from "../src/interop/findings.ts";
import { tryNpm, tryReference, tryRustCli } from "../src/interop/run.ts";
import { page } from "../src/interop/table.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { relayUnderTest } from "../src/process/relay-under-test.ts";
import { ffmpegMissing } from "../src/video/video-clip.ts";

const findings = readFindings();
const skip = relayUnderTest() === ourRelay ? false : "the page is about this repository's relay";

test("docs/interop.md is what its facts say", () => {
  assert.equal(readPage(), page(findings));
});

describe("what docs/interop.md calls ok is ok", { skip }, () => {
  test("npm packages", { timeout: 300_000 }, async (context) => compare(context, await tryNpm()));

  test(
    "the reference client",
    { timeout: 300_000, skip: quicMissing() ?? referenceMissing() ?? false },
    async (context) => compare(context, await tryReference()),
  );

  test(
    "the Rust command line",
    { timeout: 300_000, skip: rustCliMissing() ?? ffmpegMissing() ?? false },
    async (context) => compare(context, await tryRustCli()),
  );
});

/** Every cell that is ok on the page is among these rows, and ok. */
function compare(context: TestContext, rows: readonly Row[]): void {
  const clients = new Set(rows.map(({ client }) => client));
  const wrong: string[] = [];
  for (const before of findings.rows) {
    if (!clients.has(before.client) || (before.transport !== "WebSocket" && quicMissing() !== undefined)) continue;
    const row = rows.find((one) => name(one) === name(before));
    for (const check of CHECKS) {
      const [expected, found] = [before.cells[check], row?.cells[check]];
      const what = `${name(before)}, ${check}`;
      if (expected.outcome === "ok" && found?.outcome !== "ok") wrong.push(`${what}: ${found?.why ?? "was not tried"}`);
      if (expected.outcome !== "ok" && found?.outcome === "ok")
        context.diagnostic(`${what}: ok now, and not on the page`);
    }
  }
  assert.deepEqual(wrong, []);
  context.diagnostic(`${rows.length} rows of ${clients.size} clients`);
}

function name({ client, transport, version }: Row): string {
  return `${client}, ${transport}, ${version}`;
}
